import { CliError } from '../command/cli-error.ts';

/** Fields that upstream's readers take credentials from. */
const secretFields = new Set([
  ...[
    'access_key_id',
    'secret_access_key',
    'private_key',
    'connection_string',
    'client_secret',
    'client_key',
    'headers',
  ],
  ...['HEADERS', 'KERBEROS_KEYTAB', 'TLS_KEY', 'client_email'],
]);
const soundsSecret = /secret|passw|token(?!_uri$)|private|credential|api_?key|_key$|sas$/i;

function isSecretField(name: string): boolean {
  return secretFields.has(name) || soundsSecret.test(name);
}

/**
 * `NAME=VALUE` of the command line. Arguments stand in the list of processes and in the history of the shell, so credentials are refused.
 * @throws CliError BadUsage, without the value
 */
export function openAssignment(option: string, text: string): [string, string] {
  const [name, value] = assignment(option, text);
  if (isSecretField(name)) throw secretGiven(name);
  refuseUser(name, value);
  return [name, value];
}

/** @throws CliError BadUsage, without what stands behind the name */
export function assignment(option: string, text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new CliError('BadUsage', `${option}: expected ${option === '--from-file' ? 'FIELD=FILE' : 'NAME=VALUE'}`);
}

function secretGiven(name: string): CliError {
  return new CliError(
    'BadUsage',
    `${name} is a credential, and arguments can be read by every user of the machine and stay in the shell's history`,
    { hint: `--from-file ${name}=FILE, or --secret-stdin ${name} < FILE` },
  );
}

/** `https://user:password@host`. @throws CliError BadUsage, without the value */
export function refuseUser(name: string, value: string): void {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(value)) return;
  throw new CliError('BadUsage', `${name} is a URL with a user in it, which others could read`, {
    hint: 'credentials have fields of their own, such as access_key_id',
  });
}
