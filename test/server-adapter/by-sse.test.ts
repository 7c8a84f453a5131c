// The same pump, whatever carries the frames.
import '../helpers/by-sse.js';
import './delivery.test.js';
import './messenger.test.js';
