// Loaded by a page that has a policy: results in Markdown, hostile ones among them.
import '../../../components/status-results/define.js';
import { TestSession } from '../../../components/testing/index.js';
import { HOSTILE } from './hostile.js';
import { renderMarkdown } from './markdown.js';

const session = new TestSession();
const element = document.createElement('status-results');
element.session = session;
element.renderMarkdown = renderMarkdown;
document.body.append(element);
session.say({ type: 'result', data: { agent: 'Writer', data: `# Plan\n\n**Six** weeks\n\n${HOSTILE.join('\n\n')}` } });
session.say({ type: 'complete', data: { summary: HOSTILE.join('\n\n') } });
