import { bootstrapApplication } from '@angular/platform-browser';
import { App } from './app';

const isLate = new URLSearchParams(location.search).has('late');
if (!isLate) await import('status-messenger/define');
await bootstrapApplication(App);
// Properties that were set before there is an element count when there is one.
if (isLate) await import('status-messenger/define');
