const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const serviceLabel = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const qualified = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** Each check answers what is wrong, or nothing when the name is good. Rules: `apimachinery/pkg/util/validation`. */
export type NameCheck = (value: string) => string | undefined;

export const checkDns1123Label: NameCheck = (value) =>
  tooLong(value, 63) ??
  unless(
    label.test(value),
    "must be a lower case RFC 1123 label: letters a-z, digits or '-', starting and ending with a letter or digit, such as my-name",
  );

export const checkDns1123Subdomain: NameCheck = (value) =>
  tooLong(value, 253) ??
  unless(
    subdomain.test(value),
    "must be a lower case RFC 1123 subdomain: letters a-z, digits, '-' or '.', starting and ending with a letter or digit, such as example.com",
  );

/** Names of Services. */
export const checkDns1035Label: NameCheck = (value) =>
  tooLong(value, 63) ??
  unless(
    serviceLabel.test(value),
    "must be a DNS-1035 label: letters a-z, digits or '-', starting with a letter and ending with a letter or digit, such as my-name",
  );

/** `[prefix/]name`: keys of labels and annotations, finalizers. */
export const checkQualifiedName: NameCheck = (value) => {
  const slash = value.indexOf('/');
  const name = value.slice(slash + 1);
  if (slash >= 0) {
    if (slash === 0) return 'prefix part must be non-empty';
    const prefix = checkDns1123Subdomain(value.slice(0, slash));
    if (prefix) return `prefix part ${prefix}`;
  }
  if (name === '') return 'name part must be non-empty';
  const problem =
    tooLong(name, 63) ??
    unless(
      qualified.test(name),
      "must consist of letters, digits, '-', '_' or '.', starting and ending with a letter or digit, such as app.kubernetes.io/name",
    );
  return problem && `name part ${problem}`;
};

export const checkLabelKey: NameCheck = (key) => checkQualifiedName(key);

export const checkLabelValue: NameCheck = (value) =>
  tooLong(value, 63) ??
  unless(
    value === '' || qualified.test(value),
    "must be empty or consist of letters, digits, '-', '_' or '.', starting and ending with a letter or digit",
  );

/** Keys of ConfigMaps and Secrets. */
export const checkConfigKey: NameCheck = (value) =>
  tooLong(value, 253) ??
  unless(
    /^[-._a-zA-Z0-9]+$/.test(value) && value !== '.' && !value.startsWith('..'),
    "must consist of letters, digits, '-', '_' or '.', and not be '.' or start with '..'",
  );

/** A name that is one segment of a path: any characters but `/` and `%`, not `.` or `..`. RBAC kinds use it. */
export const checkPathSegmentName: NameCheck = (value) =>
  unless(
    value !== '' && value !== '.' && value !== '..' && !/[/%]/.test(value),
    "must not be empty, '.' or '..', nor contain '/' or '%'",
  );

function tooLong(value: string, max: number): string | undefined {
  return value.length > max ? `must be no more than ${max} characters, got ${value.length}` : undefined;
}

function unless(good: boolean, message: string): string | undefined {
  return good ? undefined : message;
}

/** `base` cut and completed with `suffix` so that the whole is at most `max` characters; no `-` or `.` before the suffix. */
export function nameWithSuffix(base: string, suffix: string, max = 63): string {
  return base.slice(0, Math.max(0, max - suffix.length)).replace(/[-.]+$/, '') + suffix;
}
