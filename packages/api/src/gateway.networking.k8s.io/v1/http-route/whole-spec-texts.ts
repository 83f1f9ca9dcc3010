import type { FieldTexts } from '../../describe-fields.ts';

/** What the fields of a route are, for `whole-spec-schema.ts`; each table is of one shape that is used in several places. */

const below = (path: string, texts: FieldTexts): FieldTexts =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [`${path}.${name}`, text]));

export const backendTexts: FieldTexts = {
  group: 'API group of the backend; empty for the core one.',
  kind: 'Kind of the backend.',
  name: 'Name of the backend.',
  namespace: 'Its namespace, if not that of the route; a ReferenceGrant must allow it.',
  port: 'Its port; needed for a Service.',
};

const headers: FieldTexts = {
  set: 'Headers that replace those of the same name.',
  'set.name': 'Name of the header.',
  'set.value': 'Its value.',
  add: 'Headers that are added to those of the same name.',
  'add.name': 'Name of the header.',
  'add.value': 'Its value.',
  remove: 'Names of headers that are taken away.',
};

const newPath: FieldTexts = {
  type: 'What is replaced: ReplaceFullPath or ReplacePrefixMatch.',
  replaceFullPath: 'The new path.',
  replacePrefixMatch: 'What the matched prefix becomes.',
};

export const corsTexts: FieldTexts = {
  allowCredentials: 'Whether requests may bring cookies and other credentials.',
  allowHeaders: 'Headers that requests may have.',
  allowMethods: 'Methods that requests may use.',
  allowOrigins: 'Origins from which pages may ask.',
  exposeHeaders: 'Headers of answers that pages may read.',
  maxAge: 'Seconds for which a browser remembers this.',
};

export const externalAuthTexts: FieldTexts = {
  protocol: 'How it is asked: HTTP or GRPC.',
  backendRef: 'Who is asked.',
  ...below('backendRef', backendTexts),
  forwardBody: 'Whether it gets the body of requests too.',
  'forwardBody.maxSize': 'Bytes of the body that it gets.',
  grpc: 'Settings of GRPC.',
  'grpc.allowedHeaders': 'Headers of requests that it gets.',
  http: 'Settings of HTTP.',
  'http.path': 'Prefix of the path under which it is asked.',
  'http.allowedHeaders': 'Headers of requests that it gets.',
  'http.allowedResponseHeaders': 'Headers of its answer that the backend gets.',
};

export const filterTexts: FieldTexts = {
  type: 'Which filter it is; its settings are in the field of the same name.',
  requestHeaderModifier: 'Changes headers of requests.',
  ...below('requestHeaderModifier', headers),
  responseHeaderModifier: 'Changes headers of answers.',
  ...below('responseHeaderModifier', headers),
  requestMirror: 'Sends requests to a second backend too, whose answers are dropped.',
  'requestMirror.backendRef': 'The second backend.',
  ...below('requestMirror.backendRef', backendTexts),
  'requestMirror.percent': 'Percentage of requests that it gets.',
  'requestMirror.fraction': 'Fraction of requests that it gets.',
  'requestMirror.fraction.numerator': 'So many requests …',
  'requestMirror.fraction.denominator': '… of so many.',
  requestRedirect: 'Answers with another URL in the place of a backend.',
  'requestRedirect.scheme': 'Scheme of that URL.',
  'requestRedirect.hostname': 'Its host.',
  'requestRedirect.path': 'Its path.',
  ...below('requestRedirect.path', newPath),
  'requestRedirect.port': 'Its port.',
  'requestRedirect.statusCode': 'Status of the answer.',
  urlRewrite: 'Changes host and path before the backend gets the request.',
  'urlRewrite.hostname': 'The new host.',
  'urlRewrite.path': 'The new path.',
  ...below('urlRewrite.path', newPath),
  extensionRef: 'A filter of the gateway’s own, as an object.',
  'extensionRef.group': 'API group of that object.',
  'extensionRef.kind': 'Its kind.',
  'extensionRef.name': 'Its name.',
  cors: 'Which pages of other origins may ask.',
  externalAuth: 'Asks somebody else whether a request may pass.',
};

export const ruleTexts: FieldTexts = {
  name: 'Name of the rule, once per route.',
  matches: 'Which requests the rule is for; one match is enough.',
  'matches.path': 'Path of the request.',
  'matches.path.type': 'How it is compared.',
  'matches.path.value': 'What it is compared with.',
  'matches.headers': 'Headers that the request must all have.',
  'matches.headers.type': 'How the value is compared.',
  'matches.headers.name': 'Name of the header.',
  'matches.headers.value': 'What its value is compared with.',
  'matches.queryParams': 'Parameters of the URL that the request must all have.',
  'matches.queryParams.type': 'How the value is compared.',
  'matches.queryParams.name': 'Name of the parameter.',
  'matches.queryParams.value': 'What its value is compared with.',
  'matches.method': 'Method of the request.',
  filters: 'What is done with requests and answers, in this order.',
  backendRefs: 'Who answers; requests are shared by weight.',
  ...below('backendRefs', backendTexts),
  'backendRefs.weight': 'Share of the requests.',
  'backendRefs.filters': 'Filters for this backend alone.',
  timeouts: 'How long answers may take.',
  'timeouts.request': 'Until the client has the whole answer.',
  'timeouts.backendRequest': 'For each attempt at a backend.',
  retry: 'When a failed request is sent again.',
  'retry.attempts': 'Most attempts after the first.',
  'retry.backoff': 'Shortest time between two attempts.',
  'retry.codes': 'Status codes of answers that are tried again.',
  sessionPersistence: 'Keeps a client with one backend.',
  'sessionPersistence.sessionName': 'Name of the cookie or header.',
  'sessionPersistence.type': 'Whether a cookie or a header tells the session.',
  'sessionPersistence.absoluteTimeout': 'Longest life of a session.',
  'sessionPersistence.idleTimeout': 'Longest life without a request.',
  'sessionPersistence.cookieConfig': 'Settings of the cookie.',
  'sessionPersistence.cookieConfig.lifetimeType': 'Whether it outlives the browser (Permanent) or not (Session).',
};

export const specTexts: FieldTexts = {
  hostnames: 'Hosts that the route is for; all of its Gateways, if empty.',
  parentRefs: 'Gateways that the route hangs on.',
  'parentRefs.group': 'API group of the parent.',
  'parentRefs.kind': 'Kind of the parent.',
  'parentRefs.namespace': 'Its namespace, if not that of the route.',
  'parentRefs.name': 'Its name.',
  'parentRefs.sectionName': 'One listener of it.',
  'parentRefs.port': 'Only listeners of this port.',
  rules: 'Which requests go where; the most specific match wins.',
  useDefaultGateways: 'Whether the route hangs on the default Gateways too.',
};
