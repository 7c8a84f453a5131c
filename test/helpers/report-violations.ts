// Loaded by a frame that has a policy: tells the page around it what goes against that.
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
  parent.postMessage(`${violatedDirective} ${blockedURI} ${sample}`, '*');
});
parent.postMessage('listening', '*');
