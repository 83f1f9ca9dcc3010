import type { IncomingMessage } from 'node:http';
import { hostnameOf } from '../routes/hosts.ts';
import type { Refusal } from './answer.ts';

/** Where a request wants to go, as far as its head says. */
export interface RequestTarget {
  /** With the port, as sent. */
  host: string;
  /** Lower case, without port. */
  hostname: string;
  path: string;
  /** Without the question mark. */
  query: string;
  /** Scheme of an absolute-form target; undefined for the usual origin form. */
  scheme: string | undefined;
}

const absolute = /^(https?):\/\/([^/?#]*)([^#]*)/i;

/** Reads the request line and Host. An absolute-form target overrules Host (RFC 9112 section 3.2.2). */
export function parseTarget(req: IncomingMessage): RequestTarget | Refusal {
  const url = req.url ?? '';
  const match = url.startsWith('/') ? null : absolute.exec(url);
  if (match === null && !url.startsWith('/') && url !== '*') {
    return { code: 'BadRequest', message: 'the request target must be a path or an absolute http URL' };
  }
  const host = match?.[2] ?? req.headers.host ?? '';
  if (match === null && hostCount(req.rawHeaders) > 1) {
    return { code: 'BadRequest', message: 'more than one Host header; expected one' };
  }
  const hostname = hostnameOf(host);
  if (hostname === undefined) {
    return {
      code: 'BadRequest',
      message: `Host ${JSON.stringify(host.slice(0, 80))} is not a host name with an optional port`,
    };
  }
  const rest = match === null ? url : match[3]!.startsWith('/') ? match[3]! : `/${match[3]!}`;
  const mark = rest.indexOf('?');
  return {
    host,
    hostname,
    path: mark < 0 ? rest : rest.slice(0, mark),
    query: mark < 0 ? '' : rest.slice(mark + 1),
    scheme: match?.[1]?.toLowerCase(),
  };
}

function hostCount(raw: readonly string[]): number {
  let count = 0;
  for (let i = 0; i < raw.length; i += 2) if (raw[i]!.length === 4 && raw[i]!.toLowerCase() === 'host') count += 1;
  return count;
}

export function isRefusal(value: object): value is Refusal {
  return 'code' in value;
}
