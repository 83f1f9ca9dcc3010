import type { AnyObject, ConfigMap } from '@serval/kube/objects';
import {
  configMapName,
  operatorDeploymentName,
  operatorFlags,
  parseServingConfig,
  restrictedNames,
} from '@serval/operator/declarations';
import { objectKey } from '../../objects/object-key.ts';
import { type Check, eachRender, Tally } from '../check.ts';

export const flags: Check = {
  name: 'flags',
  about: 'the operator gets flags that it knows, with values that it takes',
  run(evidence) {
    const tally = new Tally();
    eachRender(evidence, (objects, variant) => {
      const deployment = objects.find(
        ({ kind, metadata }) => kind === 'Deployment' && metadata.name === operatorDeploymentName,
      );
      tally.look();
      tally.expect(deployment !== undefined, `Deployment ${operatorDeploymentName}`, '', 'is not installed');
      if (deployment)
        checkArguments(tally, deployment, {
          webhooks: variant.webhooks ? 'on' : 'off',
          ...(variant.webhooks ? { certificates: variant.certificates } : {}),
          ...(variant.restricted
            ? {
                'watch-namespaces': variant.restricted.watchNamespaces.join(','),
                'cluster-scoped': variant.restricted.clusterScoped ? 'on' : 'off',
                ...(variant.webhooks
                  ? { 'webhook-configuration': restrictedNames.webhookConfiguration('$(POD_NAMESPACE)') }
                  : {}),
              }
            : {}),
        });
    });
    return tally.verdict();
  },
};

function checkArguments(tally: Tally, deployment: AnyObject, wanted: Readonly<Record<string, string>>): void {
  const [container] = (deployment['spec']?.template?.spec?.containers ?? []) as {
    args?: string[];
    env?: { name: string }[];
  }[];
  const key = objectKey(deployment);
  const given = new Map<string, string>();
  for (const [index, text] of (container?.args ?? []).entries()) {
    const at = `spec.template.spec.containers[0].args[${index}]`;
    const [, name = '', value = ''] = /^--([a-z-]+)=(.*)$/s.exec(text) ?? [];
    given.set(name, value);
    const flag = operatorFlags.find((known) => known.name === name);
    tally.expect(flag !== undefined, key, at, `${text} is no flag of the operator`);
    const isTaken = !flag?.choices || flag.choices.includes(value);
    tally.expect(isTaken, key, at, `--${name} takes ${flag?.choices?.join(', ')}, not ${value}`);
    for (const [, variable] of value.matchAll(/\$\(([^)]+)\)/g)) {
      const isSet = container?.env?.some((entry) => entry.name === variable) ?? false;
      tally.expect(isSet, key, at, `the variable ${variable} is not set`);
    }
  }
  for (const [name, value] of Object.entries(wanted)) {
    const message = `--${name} must be ${value}, it is ${given.get(name) ?? 'not there'}`;
    tally.expect(given.get(name) === value, key, 'spec.template.spec.containers[0].args', message);
  }
}

export const configuration: Check = {
  name: 'configuration',
  about: 'the operator can read its configuration, and the Gateway in it is where it is',
  run(evidence) {
    const tally = new Tally();
    eachRender(evidence, (objects, variant) => {
      const found = objects.filter(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapName);
      tally.look(Object.keys(found[0]?.['data'] ?? {}).length);
      tally.expect(found.length === 1, `ConfigMap ${configMapName}`, '', `there are ${found.length} of it, not 1`);
      for (const object of found) checkConfiguration(tally, object, variant.namespace);
    });
    return tally.verdict();
  },
};

function checkConfiguration(tally: Tally, object: AnyObject, namespace: string): void {
  const key = objectKey(object);
  tally.expect(
    object.metadata.namespace === namespace,
    key,
    'metadata.namespace',
    `must be ${namespace}, where the operator looks`,
  );
  try {
    const { ingress } = parseServingConfig(object as unknown as ConfigMap);
    const isHere = ingress.kserveIngressGateway.startsWith(`${namespace}/`);
    tally.expect(isHere, key, 'data.ingress', `the Gateway ${ingress.kserveIngressGateway} is not in ${namespace}`);
  } catch (error) {
    tally.findings.push({ object: key, path: 'data', message: error instanceof Error ? error.message : String(error) });
  }
}
