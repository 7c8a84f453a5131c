import { way } from './way.js';

way.transport = 'sse';
