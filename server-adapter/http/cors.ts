import type { AllowedOrigins } from '../access/origin.js';

/**
 * Headers of an answer to a page of another origin that may ask (CORS). Cookies count only where its origin is named, or everywhere (`asWebSocket`): browsers
 * send them along with every WebSocket, so what stands in for one needs them, and opens nothing that a WebSocket would not.
 */
export function corsHeaders(
  origin: string | null,
  allowed: AllowedOrigins,
  asWebSocket = false,
): Record<string, string> {
  if (origin === null) return {};
  const credentials = allowed === '*' && !asWebSocket ? {} : { 'access-control-allow-credentials': 'true' };
  return { 'access-control-allow-origin': origin, vary: 'origin', ...credentials };
}

/** The answer to a browser that asks whether a page may ask. */
export function preflight(methods: readonly string[], headers: Record<string, string>): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...headers,
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': 'authorization, content-type, last-event-id',
      'access-control-max-age': '600',
    },
  });
}
