import { isQuantity } from '@serval/kube/objects';
import { evaluateTemplate } from '../template/go-template.ts';
import type { Kind } from './setting.ts';

const isText = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textSchema = { type: 'string' };
const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;

export const flag: Kind<boolean> = {
  name: 'true or false',
  schema: { type: 'boolean' },
  fits: (value): value is boolean => typeof value === 'boolean',
};

export const text: Kind<string> = { name: 'a text', schema: textSchema, fits: isText };

export function matching(name: string, pattern: RegExp): Kind<string> {
  return { name, schema: textSchema, fits: (value): value is string => isText(value) && pattern.test(value) };
}

export function oneOf<const T extends string>(...values: readonly T[]): Kind<T> {
  const known: readonly string[] = values;
  return {
    name: values.length === 2 ? values.join(' or ') : `one of ${values.join(', ')}`,
    schema: { enum: [...values] },
    fits: (value): value is T => isText(value) && known.includes(value),
  };
}

function listOf(item: Kind<string>, name: string): Kind<readonly string[]> {
  return {
    name,
    schema: { type: 'array', items: item.schema },
    fits: (value): value is readonly string[] => Array.isArray(value) && value.every((one) => item.fits(one)),
  };
}

/** A flag that KServe writes as a text. */
export const textFlag = oneOf('true', 'false');
export const texts = listOf(text, 'a list of texts');
export const objectName = matching('the name of an object', new RegExp(`^(?=.{1,253}$)${subdomain}$`));
export const domain = matching('a domain such as example.com', new RegExp(`^(?=.{1,253}$)${subdomain}$`));
export const domains = listOf(domain, 'a list of domains');
/** `NAMESPACE/NAME`, or the name alone of one in the ConfigMap's own namespace. */
export const gatewayName = matching(
  'NAMESPACE/NAME or NAME of a Gateway',
  new RegExp(`^(${label}/)?(?=[^/]{1,253}$)${subdomain}$`),
);
export const annotationKey = matching(
  'the key of an annotation',
  new RegExp(`^(${subdomain}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`),
);
export const absolutePath = matching('an absolute path', /^\//);
export const image = matching('the reference of an image', /^[^\s:@/][^\s]*$/);
export const hostAndPort = matching('HOST:PORT', /^[^\s:/]+:\d{1,5}$/);
export const seconds = matching('a number of seconds, as a text', /^\d+$/);
export const count = matching('a number from 1, as a text', /^[1-9]\d*$/);
/** As Go reads them, `1m30s`. */
export const duration = matching('a duration such as 30s', /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/);
export const podsOrPercent = matching('a number of Pods or a percentage, as a text', /^\d+%?$/);

export const wholeNumber: Kind<number> = {
  name: 'a whole number from 1',
  schema: { type: 'integer', minimum: 1 },
  fits: (value): value is number => Number.isInteger(value) && (value as number) > 0,
};

export const quantity: Kind<string> = {
  name: 'a quantity such as 100m or 1Gi, as a text',
  schema: textSchema,
  fits: (value): value is string => isText(value) && isQuantity(value),
};

/** Anything: labels of a selector, parameters of a store. */
export const anyObject: Kind<Readonly<Record<string, unknown>>> = {
  name: 'an object',
  schema: { type: 'object' },
  fits: isObject,
};

export const textMap: Kind<Readonly<Record<string, string>>> = {
  name: 'an object of texts',
  schema: { type: 'object', additionalProperties: textSchema },
  fits: (value): value is Readonly<Record<string, string>> => isObject(value) && Object.values(value).every(isText),
};

/** With a scheme, and without a password: who asks for the configuration may see it. */
export const url: Kind<string> = {
  name: 'a URL without a user or password, such as http://collector.logs',
  schema: textSchema,
  isQuiet: true,
  fits: (value): value is string => {
    if (!isText(value) || !URL.canParse(value)) return false;
    const { username, password } = new URL(value);
    return username === '' && password === '';
  },
};

/** Names of keys, never what is under them. */
export const keyName: Kind<string> = { ...matching('the name of a key', /^[-._a-zA-Z0-9]+$/), isQuiet: true };

/** A host name for each service: a template that says the same for two of one namespace would mix them up. */
export const domainTemplate: Kind<string> = {
  name: 'a template of a host name',
  schema: textSchema,
  fits: isText,
  fault: (template) => {
    const hostOf = (name: string) =>
      evaluateTemplate(template, {
        Name: name,
        Namespace: 'b',
        IngressDomain: 'c.example',
        Labels: {},
        Annotations: {},
      });
    return faultOfTemplate(hostOf, (host) =>
      new RegExp(`^${subdomain}$`).test(host) ? undefined : `gives ${JSON.stringify(host)}, which is no host name`,
    );
  },
};

/** A path for each service below the domains. */
export const pathTemplate: Kind<string> = {
  name: 'a template of a path',
  schema: textSchema,
  fits: isText,
  fault: (template) =>
    faultOfTemplate(
      (name) => evaluateTemplate(template, { Name: name, Namespace: 'b' }),
      (path) =>
        /^(\/[A-Za-z0-9._~-]+)+\/*$/.test(path)
          ? undefined
          : `gives ${JSON.stringify(path)}, which is no path such as /serving/NAMESPACE/NAME`,
    ),
};

function faultOfTemplate(
  evaluate: (name: string) => string,
  faultOf: (result: string) => string | undefined,
): string | undefined {
  try {
    const [one, other] = [evaluate('a'), evaluate('z')];
    return faultOf(one) ?? (one === other ? 'must contain {{ .Name }}, or services cannot be told apart' : undefined);
  } catch (error) {
    return (error as Error).message;
  }
}
