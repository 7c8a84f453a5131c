import { expect, fixture, html } from '@open-wc/testing';
import { TestSession } from '../../../components/testing/index.js';
import { catchConsole, shadowPart, until } from '../../helpers/in-browser.js';
import { renderMarkdown } from './markdown.js';
import { accessible, all, complete, result, shown, text, texts } from './support.js';

describe('<status-results>, with renderMarkdown', () => {
  it('shows Markdown with a renderer, once for each text, and data as before', async () => {
    const session = new TestSession();
    session.say(result('Writer', '# Plan\n\n**Six** weeks'), result('Risk', { note: '**no**' }));
    const element = await shown(session);
    expect(shadowPart(element, 'markdown')).to.equal(null);
    const rendered: string[] = [];
    element.renderMarkdown = (source) => {
      rendered.push(source);
      return renderMarkdown(source);
    };
    await until(() => shadowPart(element, 'markdown')?.querySelector('strong')?.textContent === 'Six');
    expect(text(element, 'tree')).to.include('**no**');
    await accessible(element);
    session.say(complete('See [the plan](https://example.com/)'));
    await until(() => all(element, 'markdown').length === 2);
    expect(shadowPart(element, 'markdown')?.querySelector('a')?.href).to.equal('https://example.com/');
    expect(rendered.length).to.equal(2);
    await accessible(element, 'completed');
    element.renderMarkdown = null;
    await until(() => shadowPart(element, 'markdown') === null);
    expect(texts(element, 'value')[1]).to.equal('# Plan **Six** weeks');
  });

  it('takes no string of HTML from a renderer, nor one that throws: the text is shown as it is, and why is on the console', async () => {
    const session = new TestSession();
    session.say(result('Writer', '*one*'));
    const element = await shown(session);
    const caught = catchConsole();
    const wrong = (() => '<img src="/broken" onerror="window.broken = 1">') as unknown as () => Node;
    element.renderMarkdown = wrong;
    await until(() => caught.lines.length === 1);
    element.renderMarkdown = () => {
      throw new Error('torn');
    };
    await until(() => caught.lines.length === 2);
    caught.restore();
    expect(caught.lines[0]).to.match(
      /^error status-messenger: status-results: renderMarkdown: got string .*, expected a Node; return nodes/,
    );
    expect(caught.lines[1]).to.equal('error torn');
    expect(text(element, 'value')).to.equal('*one*');
    expect(element.shadowRoot?.querySelector('img')).to.equal(null);
  });

  it('under a strict policy, the renderer of the README shows hostile Markdown, and nothing runs, loads or is reported', async () => {
    const reported: string[] = [];
    const frame = await fixture<HTMLIFrameElement>(html`<iframe title="strict"></iframe>`);
    addEventListener('message', ({ data, source }) => {
      if (source === frame.contentWindow) reported.push(String(data));
    });
    frame.src = '/test/components/status-results/strict.html';
    const inside = () => frame.contentDocument?.querySelector('status-results')?.shadowRoot;
    await until(() => inside()?.querySelectorAll('[part="markdown"]').length === 2, 'the Markdown');
    expect(inside()?.querySelector('[part="result"] strong')?.textContent).to.equal('Six');
    const alien =
      'script, img, svg, iframe, form, input, style, b, [onerror], [onload], [style], [slot], a[href^="javascript"]';
    for (const each of inside()?.querySelectorAll('[part="markdown"]') ?? [])
      expect(each.querySelector(alien)).to.equal(null);
    const loaded = frame.contentWindow?.performance.getEntriesByType('resource').map(({ name }) => name) ?? [];
    expect(loaded.filter((name) => name.includes('broken'))).to.deep.equal([]);
    expect(frame.contentWindow && 'broken' in frame.contentWindow).to.equal(false);
    expect('broken' in window).to.equal(false);
    expect(reported).to.deep.equal(['listening']);
  });
});
