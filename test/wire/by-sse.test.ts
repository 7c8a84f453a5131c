// Whatever travels over a WebSocket travels over server-sent events, too. What the seeds know is WebSockets alone.
import '../helpers/by-sse.js';
import './bad-input.test.js';
import './cuts.test.js';
