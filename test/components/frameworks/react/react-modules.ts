/** What the tests and the hook use of React, in one file: React itself comes as CommonJS, which no browser reads. */
export {
  Activity,
  createElement,
  createRef,
  forwardRef,
  StrictMode,
  Suspense,
  startTransition,
  useCallback,
  useEffect,
  useImperativeHandle,
  useInsertionEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
export { createRoot, hydrateRoot } from 'react-dom/client';
export { renderToString } from 'react-dom/server';
