import { isIPv6 } from 'node:net';

/**
 * The network address that a request came from. Behind proxies that is not the socket's: each proxy adds whom it heard at the end of `X-Forwarded-For`, so
 * of the entries there, only as many as there are proxies of one's own can be believed.
 */
export function clientAddress(
  socketAddress: string | undefined,
  forwardedFor: string | readonly string[] | undefined,
  trustedProxies: number,
): string | undefined {
  if (trustedProxies === 0) return socketAddress;
  const hops = String(forwardedFor ?? '')
    .split(',')
    .map((hop) => withoutPort(hop.trim()));
  return hops.at(-trustedProxies) || hops[0] || socketAddress;
}

/** Some proxies add the port, which is another one for each connection. */
function withoutPort(hop: string): string {
  return /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? /^\[(.+)\](?::\d+)?$/.exec(hop)?.[1] ?? hop;
}

/** What connections are counted by: an IPv4 address, or the /64 of an IPv6 one, as whoever has one of those has them all. */
export function addressGroup(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4) return v4;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array(Math.max(0, 8 - left.length - right.length)).fill('0');
  const network = [...left, ...zeros, ...right].slice(0, 4).map((part) => Number.parseInt(part, 16).toString(16));
  return `${network.join(':')}::/64`;
}
