// What a page has said reaches the server once, whatever carries it.
import '../../helpers/by-sse.js';
import './reload-on-server.test.js';
