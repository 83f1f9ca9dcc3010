import type { Problem, ProblemCode } from '@serval/storage/config';

interface Place {
  namespace: string;
  secret: string;
  key: string | undefined;
}

type WayOut = (command: (text: string) => string, place: Place) => string;

const migrate: WayOut = (command) => command('migrate --write');
const newCertificates: WayOut = (command, { key }) => command(`set ${key ?? 'KEY'} --ca-file FILE`);
const byHand: WayOut = (_, { secret }) => `edit Secret ${secret}`;

const waysOut: Partial<Record<ProblemCode, WayOut>> = {
  DeprecatedField: migrate,
  MisplacedField: migrate,
  HalfMissing: migrate,
  PemMalformed: newCertificates,
  PemExpected: newCertificates,
  PathExpected: newCertificates,
  NameExpected: newCertificates,
  PrivateKey: newCertificates,
  Expired: newCertificates,
  ExpiresSoon: newCertificates,
  CertificatesDiffer: (command, { key }) =>
    `say which is right: ${command(`set ${key ?? 'KEY'} --ca-file FILE`)}, or --ca-configmap NAME`,
  NotFound: (command, { key }) => `make it, or name another: ${command(`set ${key ?? 'KEY'} --ca-configmap NAME`)}`,
  MissingField: (command, { key }) => command(`set ${key ?? 'KEY'} --field NAME=VALUE`),
  UnknownType: (command, { key }) => command(`set ${key ?? 'KEY'} --type TYPE`),
  WrongValue: migrate,
  NotJson: byHand,
  NotAnObject: byHand,
};

/** What a person can do about it, where that can be said; `where` are the options that lead to the Secret again. */
export function wayOut({ code, field }: Problem, place: Place, where: readonly string[]): string | undefined {
  const secret = place.secret === 'storage-config' ? [] : ['--secret', place.secret];
  const command = (text: string) => ['serval storage-config', text, ...where, ...secret].join(' ');
  // A list or an object where a text belongs is nothing that migrate could turn into one.
  if (code === 'WrongValue' && field === 'headers') return undefined;
  return waysOut[code]?.(command, place);
}
