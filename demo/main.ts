import manifest from 'virtual:manifest';
import 'status-messenger/define';
import { DemoApp } from './app/app.js';
import { readElements } from './manifest/elements.js';

document.body.append(new DemoApp(readElements(manifest)));
