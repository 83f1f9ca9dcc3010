import type { Secret } from '@serval/kube/objects';
import type { Part } from '../part.ts';
import { fromSecret, has, nameOf, textOf } from './secret-data.ts';

/** A Secret with headers for one web server, which the initializer finds in the variable `HOST-headers`. */
export function httpsSecret(secret: Secret): Part | undefined {
  const host = textOf(secret, 'https-host');
  if (host === undefined || !has(secret, 'headers')) return undefined;
  // It becomes a variable's name, in the sight of everybody who sees the Pod.
  if (!/^[A-Za-z0-9_.-]+(:\d{1,5})?$/.test(host)) {
    return { problems: [`${nameOf(secret)}, key "https-host": must be HOST or HOST:PORT`] };
  }
  return { env: [fromSecret(`${host}-headers`, secret, 'headers')] };
}
