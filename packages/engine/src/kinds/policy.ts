import { type AnyObject, checkPathSegmentName } from '@serval/kube/objects';
import { column, count, wide } from '../table/cells.ts';
import { itemsOf, setDefaults } from './defaults/set-defaults.ts';
import type { KindRow } from './define.ts';
import { validateMatchConditions } from './match-condition-rules.ts';

const rbac = 'rbac.authorization.k8s.io';
const rbacNames = { checkName: checkPathSegmentName };
const roleColumn = column('Role', (object) => `${object['roleRef']?.kind}/${object['roleRef']?.name}`);

/** Subjects of one kind, as `-o wide` shows them beside the role (printers of upstream). */
function subjects(kind: 'User' | 'Group' | 'ServiceAccount') {
  return (object: AnyObject) =>
    ((object['subjects'] ?? []) as { kind: string; name: string; namespace?: string }[])
      .filter((subject) => subject.kind === kind)
      .map(({ namespace, name }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
      .join(', ');
}

const subjectColumns = [
  wide('Users', subjects('User')),
  wide('Groups', subjects('Group')),
  wide('ServiceAccounts', subjects('ServiceAccount')),
];

const bindingStrategy = {
  ...rbacNames,
  defaults(draft: Record<string, unknown>) {
    setDefaults(draft['roleRef'], { apiGroup: rbac });
    for (const subject of itemsOf(draft['subjects'])) {
      setDefaults(subject, subject['kind'] === 'ServiceAccount' ? {} : { apiGroup: rbac });
    }
  },
};

function defaultWebhooks(draft: Record<string, unknown>, mutating: boolean): void {
  for (const webhook of itemsOf(draft['webhooks'])) {
    setDefaults(webhook, {
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
      ...(mutating ? { reinvocationPolicy: 'Never' } : {}),
    });
    for (const rule of itemsOf(webhook['rules'])) setDefaults(rule, { scope: '*' });
    const config = webhook['clientConfig'] as { service?: object } | undefined;
    if (config?.service) setDefaults(config.service, { port: 443 });
  }
}

/** Who may do what, and who is asked before. */
export const policyRows: readonly KindRow[] = [
  { group: rbac, kind: 'Role', plural: 'roles', strategy: rbacNames },
  { group: rbac, kind: 'ClusterRole', plural: 'clusterroles', clusterScoped: true, strategy: rbacNames },
  {
    group: rbac,
    kind: 'RoleBinding',
    plural: 'rolebindings',
    columns: [roleColumn],
    wideColumns: subjectColumns,
    strategy: bindingStrategy,
  },
  {
    group: rbac,
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    clusterScoped: true,
    columns: [roleColumn],
    wideColumns: subjectColumns,
    strategy: bindingStrategy,
  },
  ...(['Mutating', 'Validating'] as const).map(
    (type): KindRow => ({
      group: 'admissionregistration.k8s.io',
      kind: `${type}WebhookConfiguration`,
      plural: `${type.toLowerCase()}webhookconfigurations`,
      clusterScoped: true,
      categories: ['api-extensions'],
      generation: 'content',
      columns: [count('Webhooks', (object) => object['webhooks']?.length)],
      strategy: {
        defaults: (draft) => defaultWebhooks(draft, type === 'Mutating'),
        validate: validateMatchConditions,
      },
    }),
  ),
  {
    group: 'policy',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    shortNames: ['pdb'],
    status: true,
    columns: [
      column('Min Available', (object) => String(object['spec']?.minAvailable ?? 'N/A')),
      column('Max Unavailable', (object) => String(object['spec']?.maxUnavailable ?? 'N/A')),
      count('Allowed Disruptions', (object) => object['status']?.disruptionsAllowed),
    ],
  },
  {
    group: 'scheduling.k8s.io',
    kind: 'PriorityClass',
    plural: 'priorityclasses',
    clusterScoped: true,
    shortNames: ['pc'],
    columns: [
      count('Value', (object) => object['value']),
      column('Global-Default', (object) => object['globalDefault'] ?? false),
    ],
    strategy: { defaults: (draft) => setDefaults(draft, { preemptionPolicy: 'PreemptLowerPriority' }) },
  },
];
