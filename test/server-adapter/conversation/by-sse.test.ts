// The same conversation where WebSockets are blocked.
import '../../helpers/by-sse.js';
import './answers.test.js';
import './ask.test.js';
import './questions.test.js';
