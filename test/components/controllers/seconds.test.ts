import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SecondsController } from '../../../components/controllers/seconds.js';

/** What stands for an element: in the page or not, and counted how often it is asked to render. */
class Host {
  isConnected = true;
  updates = 0;
  readonly updateComplete = Promise.resolve(true);
  addController(): void {}
  removeController(): void {}
  requestUpdate(): void {
    this.updates++;
  }
}

test('while something counts, its element is rendered every second', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const host = new Host();
  let isCounting = true;
  const seconds = new SecondsController(host, () => isCounting);
  seconds.hostConnected();
  t.mock.timers.tick(3000);
  assert.equal(host.updates, 3);
  isCounting = false;
  seconds.hostUpdated();
  t.mock.timers.tick(3000);
  assert.equal(host.updates, 3);
});

test('an element that left the page before its last update is not rendered any more', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const host = new Host();
  const seconds = new SecondsController(host, () => true);
  seconds.hostConnected();
  host.isConnected = false;
  seconds.hostDisconnected();
  seconds.hostUpdated();
  t.mock.timers.tick(3000);
  assert.equal(host.updates, 0);
});
