import { fixture, html } from '@open-wc/testing';
import '../../../components/define.js';
import type { StatusPanelElement } from '../../../components/index.js';
import { newSession, shadowPart, until } from '../../helpers/in-browser.js';
import { line, run, section, settled } from './support.js';

describe('<status-panel> with a snapshot', () => {
  it('shows it in all that is in it until the server has been heard', async () => {
    const { state } = run({ type: 'status', data: 'Reading' }, { type: 'progress', data: { value: 3, max: 12 } });
    const panel = await fixture<StatusPanelElement>(
      html`<status-panel url="/ws" session-id=${newSession()} snapshot=${JSON.stringify(state)} paused></status-panel>`,
    );
    await settled(panel);
    await until(() => line(panel) === 'Reading');
    const progress = section(panel, 'progress');
    await until(() => progress !== null && shadowPart(progress, 'percent')?.textContent === '25%');
    panel.snapshot = run({ type: 'status', data: 'Writing' }).state;
    await until(() => line(panel) === 'Writing');
    panel.paused = false;
    await until(() => line(panel) === 'Waiting for the first status…');
  });
});
