import { join } from 'node:path';
import { SqliteStore } from '../../../server-adapter/channels/sqlite/index.js';
import { conformance } from './conformance.js';
import { directory } from './support.js';

conformance('sqlite', (t, options) => new SqliteStore({ file: join(directory(t), 'status.db'), ...options }));
