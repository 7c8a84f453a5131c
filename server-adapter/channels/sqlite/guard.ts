import type { StoreUser } from '../channel-store.js';

/** Tells a user, whose errors go to `failed`: what is stored is stored, and whoever stored it need not answer for who hears of it. */
export function guarded(user: StoreUser, failed: (error: unknown) => void): StoreUser {
  const tell = (run: () => void) => {
    try {
      run();
    } catch (error) {
      failed(error);
    }
  };
  return {
    appended: (name) => tell(() => user.appended(name)),
    dropping: (name) => tell(() => user.dropping(name)),
    forgot: (name) => tell(() => user.forgot(name)),
    lost: (name) => tell(() => user.lost(name)),
  };
}
