import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

function path(name: string): string {
  return fileURLToPath(new URL(`testdata/${name}`, import.meta.url));
}

/** A self-signed certificate for 127.0.0.1 and for no name, good for a hundred years; nothing but tests trusts it. */
export function loopbackCertificate(): { key: string; cert: string; keyPath: string; certPath: string } {
  const [keyPath, certPath] = [path('loopback.key.pem'), path('loopback.cert.pem')];
  return { key: readFileSync(keyPath, 'utf8'), cert: readFileSync(certPath, 'utf8'), keyPath, certPath };
}
