import type { AnyObject, KubeObject } from '@serval/kube/objects';
import { operatorClusterRoles, operatorRole, watchedNamespaceRole } from '@serval/operator/declarations';
import { objectKey } from '../../objects/object-key.ts';
import { dutiesOf } from '../../objects/parts.ts';
import { type Check, eachRender, Tally } from '../check.ts';
import { compareValues } from '../compare-values.ts';
import { shown } from './parity.ts';

export const access: Check = {
  name: 'access rules',
  about: 'the operator may do exactly what its declarations say that it does',
  run(evidence) {
    const tally = new Tally();
    eachRender(evidence, (objects, variant) => {
      const duties = dutiesOf(variant);
      const declared = [
        ...operatorClusterRoles(duties, variant.namespace),
        operatorRole(duties, variant.namespace),
        ...(variant.restricted?.watchNamespaces ?? []).map(watchedNamespaceRole),
      ];
      for (const role of declared) checkRole(tally, role, objects);
      const accounts = objects.filter(({ kind }) => kind === 'Deployment').map(accountOf);
      for (const binding of objects.filter(({ kind }) => kind.endsWith('RoleBinding'))) {
        checkBinding(tally, binding, objects, accounts);
      }
      checkNoOthers(tally, declared, objects);
    });
    return tally.verdict();
  },
};

function checkRole(tally: Tally, wanted: KubeObject & { rules: unknown[] }, objects: readonly AnyObject[]): void {
  const key = objectKey(wanted);
  const found = objects.find((object) => objectKey(object) === key);
  tally.look();
  tally.expect(found !== undefined, key, '', 'is not installed');
  const { leaves, differences } = compareValues(found?.['rules'] ?? [], wanted.rules);
  tally.fields += leaves;
  for (const { path, left, right } of differences) {
    tally.findings.push({
      object: key,
      path: `rules${path}`,
      message: `is ${shown(left)}, is declared as ${shown(right)}`,
    });
  }
}

function accountOf({ metadata, spec }: AnyObject): string {
  return `${metadata.namespace}/${spec?.template?.spec?.serviceAccountName}`;
}

function checkBinding(
  tally: Tally,
  binding: AnyObject,
  objects: readonly AnyObject[],
  accounts: readonly string[],
): void {
  const key = objectKey(binding);
  tally.look();
  for (const [index, subject] of ((binding['subjects'] ?? []) as Record<string, string>[]).entries()) {
    const account = `${subject['namespace']}/${subject['name']}`;
    const at = `subjects[${index}]`;
    tally.expect(
      subject['kind'] === 'ServiceAccount' && accounts.includes(account),
      key,
      at,
      `${account} runs nothing that is installed`,
    );
    const exists = objects.some(
      ({ kind, metadata }) => kind === 'ServiceAccount' && `${metadata.namespace}/${metadata.name}` === account,
    );
    tally.expect(exists, key, at, `ServiceAccount ${account} is not installed`);
  }
  const { kind, name } = (binding['roleRef'] ?? {}) as { kind?: string; name?: string };
  const role = objects.some(
    (object) =>
      object.kind === kind &&
      object.metadata.name === name &&
      (kind === 'ClusterRole' || object.metadata.namespace === binding.metadata.namespace),
  );
  tally.expect(role, key, 'roleRef', `${kind} ${name} is not installed`);
}

/** Roles that are bound grant something; the others are for people to bind, or are gathered into the cluster's own. */
function checkNoOthers(tally: Tally, declared: readonly KubeObject[], objects: readonly AnyObject[]): void {
  const known = new Set(declared.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  for (const binding of objects.filter(({ kind }) => kind.endsWith('RoleBinding'))) {
    const { kind, name } = (binding['roleRef'] ?? {}) as { kind?: string; name?: string };
    tally.expect(known.has(`${kind} ${name}`), objectKey(binding), 'roleRef', `${kind} ${name} is not declared`);
  }
}
