/** A URI that may be shown: without user, password, query and fragment, which may carry keys and signatures. */
export function redactUri(uri: string): string {
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.exec(uri)?.[0] ?? '';
  if (/^oci:/i.test(scheme)) {
    // No reference has a user, but somebody may write one; `@` also stands before a digest.
    return uri.replace(/^oci:\/\/[^/]*@(?!sha\d+:)/i, 'oci://');
  }
  // A shared access signature may stand there; `@` stands after the container.
  if (/^abfss?:/i.test(scheme)) return uri.replace(/[?#].*$/s, '?…');
  // In s3 and file URIs `?`, `#` and `@` are part of the name; a user with a password is of none.
  if (!/^https?:/i.test(scheme)) return uri.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*:[^/@]*@/i, '$1');
  let rest = uri.slice(scheme.length);
  const query = rest.search(/[?#]/);
  if (query >= 0) rest = `${rest.slice(0, query)}?…`;
  const slash = rest.indexOf('/');
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const at = authority.lastIndexOf('@');
  return scheme + (at < 0 ? rest : rest.slice(at + 1));
}
