// What is told of tasks is the same over either transport.
import '../../helpers/by-sse.js';
import './tasks.test.js';
