/** Which origins the sources of `frame-ancestors` name, as browsers read them (CSP 3, 6.7.2). Pure. */

const PORTS: Record<string, string> = { http: '80', https: '443' };

/** own: the origin that `'self'` stands for. */
export function isAllowedOrigin(origin: string, sources: readonly string[], own: string): boolean {
  return URL.canParse(origin) && sources.some((source) => isNamed(new URL(origin), source, own));
}

function isNamed(url: URL, source: string, own: string) {
  if (source === "'self'") return url.origin === own;
  const [, scheme = '', host, port] = /^(https?):(?:\/\/(\[.*\]|[^:]*)(?::(.+))?)?$/i.exec(source) ?? [];
  if (!sameScheme(url, scheme.toLowerCase())) return false;
  if (host === undefined) return true;
  return sameHost(url.hostname, host.toLowerCase()) && samePort(url, scheme.toLowerCase(), port);
}

/** Who allows the insecure page allows the secure one. */
function sameScheme({ protocol }: URL, scheme: string) {
  return protocol === `${scheme}:` || (scheme === 'http' && protocol === 'https:');
}

function sameHost(host: string, pattern: string) {
  return pattern.startsWith('*') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

function samePort({ protocol, port }: URL, scheme: string, wanted = PORTS[scheme]) {
  const now = port || PORTS[protocol.slice(0, -1)];
  return wanted === '*' || now === wanted || (wanted === '80' && protocol === 'https:' && now === '443');
}
