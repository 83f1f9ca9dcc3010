export { type Attributes, attributesOf, describeAttributes } from './attributes.ts';
export { type Authorizer, createAuthorizer } from './authorizer.ts';
export { withoutEscalation } from './escalation.ts';
export { firstRoles } from './first-roles.ts';
export { impersonate } from './impersonate.ts';
export { createServiceAccountTokens, loadTokenKey, type ServiceAccountTokens } from './service-account-tokens.ts';
