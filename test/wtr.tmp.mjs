import config from '../web-test-runner.config.mjs';
export default { ...config, files: process.env.FILES };
