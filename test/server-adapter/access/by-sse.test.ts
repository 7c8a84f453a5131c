// Who may come in over a WebSocket may over server-sent events, and nobody else.
import '../../helpers/by-sse.js';
import './authorize.test.js';
import './expiry.test.js';
import './limits.test.js';
import './origin.test.js';
import './secrets.test.js';
import './strangers.test.js';
