// What outlives a restart does so for every viewer.
import '../../helpers/by-sse.js';
import './sqlite-restart.test.js';
import './sqlite-shared.test.js';
