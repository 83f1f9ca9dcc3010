import type { AnyObject } from '@serval/kube/objects';
import {
  defaultNamespace,
  type GatewayPreset,
  operatorDeploymentName,
  parseNamespaceList,
} from '@serval/operator/declarations';
import { CliError } from '../command/cli-error.ts';
import { type OptionSpec, type OptionValues, textOption } from '../command/command.ts';
import { atPreset, chosenPreset, presetObjectsFor } from './gateway-preset.ts';

/** What a person may choose about an installation; everything else is what Kustomize and Helm install too. */
export interface InstallOptions {
  readonly namespace: string;
  readonly webhooks: boolean;
  readonly certificates: 'self-managed' | 'cert-manager';
  readonly crds: 'standard' | 'full';
  /** Serves these namespaces only; all without. */
  readonly restricted: { readonly watchNamespaces: readonly string[]; readonly clusterScoped: boolean } | undefined;
  /** Makes a Gateway of this class; none without. */
  readonly gatewayClass: string | undefined;
  /** Makes a Gateway, and a class where needed, that an implementation accepts; none without. */
  readonly gateway: GatewayPreset | undefined;
  /** The operator's image; default the released one. */
  readonly image: string | undefined;
}

export const installOptionSpecs: readonly OptionSpec[] = [
  { flags: '-n, --namespace <name>', help: 'where the operator lives', default: defaultNamespace },
  {
    flags: '--webhooks <on|off>',
    help: 'default, check and convert objects before they are stored',
    default: 'on',
    choices: ['on', 'off'],
  },
  {
    flags: '--certificates <mode>',
    help: 'who issues the certificate of the webhooks',
    default: 'self-managed',
    choices: ['self-managed', 'cert-manager'],
  },
  {
    flags: '--crds <bundle>',
    help: 'definitions: standard, or full with every field of Pods',
    default: 'standard',
    choices: ['standard', 'full'],
  },
  {
    flags: '--watch-namespaces <a,b>',
    help: 'serve these namespaces only, with rights in each of them instead of the cluster',
  },
  {
    flags: '--cluster-scoped <on|off>',
    help: 'with --watch-namespaces: read what has no namespace; off installs namespaced objects only',
    default: 'on',
    choices: ['on', 'off'],
  },
  { flags: '--gateway-class <name>', help: 'make a Gateway of this class for the services' },
  { flags: '--image <reference>', help: 'image of the operator' },
];

export function parseInstallOptions(options: OptionValues): InstallOptions {
  const namespace = textOption(options, 'namespace') ?? defaultNamespace;
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(namespace) || namespace.length > 63) {
    throw new CliError('BadUsage', `--namespace ${namespace}: expected lower-case letters, digits and "-"`);
  }
  const webhooks = options['webhooks'] !== 'off';
  const certificates = options['certificates'] === 'cert-manager' ? 'cert-manager' : 'self-managed';
  const restricted = restrictionOf(options);
  if (restricted?.clusterScoped === false && webhooks && certificates === 'self-managed') {
    throw new CliError('BadUsage', '--cluster-scoped off: nobody could announce a self-managed certificate', {
      hint: 'use --certificates cert-manager or --webhooks off',
    });
  }
  return {
    namespace,
    webhooks,
    certificates,
    restricted,
    crds: options['crds'] === 'full' ? 'full' : 'standard',
    gatewayClass: textOption(options, 'gatewayClass'),
    gateway: chosenPreset(options),
    image: textOption(options, 'image'),
  };
}

function restrictionOf(options: OptionValues): InstallOptions['restricted'] {
  const text = textOption(options, 'watchNamespaces');
  const clusterScoped = options['clusterScoped'] !== 'off';
  if (text === undefined) {
    if (clusterScoped) return undefined;
    throw new CliError('BadUsage', '--cluster-scoped off needs --watch-namespaces');
  }
  try {
    const watchNamespaces = parseNamespaceList(text);
    if (watchNamespaces.length === 0) throw new RangeError('no namespace is named');
    return { watchNamespaces, clusterScoped };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new CliError('BadUsage', `--watch-namespaces ${text}: ${cause.message}`, { cause });
  }
}

/** The objects of an installation by the steps in which they are applied. */
export interface Installation {
  readonly definitions: AnyObject[];
  /** Namespace, accounts, rules, configuration, Services, Deployment. */
  readonly operator: AnyObject[];
  /** What API servers ask the operator through: nothing may wait for it before it runs. */
  readonly webhooks: AnyObject[];
  /** Class and Gateway of a preset: never removed with the installation. */
  readonly gateway: AnyObject[];
  /** Checked by the webhooks like everybody's. */
  readonly runtimes: AnyObject[];
}

/** What Kustomize renders for these options, in steps. */
export async function renderInstallation(options: InstallOptions): Promise<Installation> {
  const { generateDeploy, renderRuntimes, renderVariant } = await import('@serval/manifests');
  const files = generateDeploy();
  const { namespace: where, webhooks, certificates, restricted } = options;
  const variant = { namespace: where, webhooks, certificates, restricted };
  const rendered = renderVariant(files, variant, { crds: options.crds, gateway: options.gatewayClass !== undefined });
  const { gateway, namespace } = options;
  const objects = rendered
    .map((object) => withChoices(object, options))
    .map((object) => (gateway ? atPreset(object, gateway) : object));
  const isDefinition = ({ kind }: AnyObject) => kind === 'CustomResourceDefinition';
  const isWebhook = ({ kind }: AnyObject) => kind.endsWith('WebhookConfiguration');
  return {
    definitions: objects.filter(isDefinition),
    operator: objects.filter((object) => !isDefinition(object) && !isWebhook(object)),
    webhooks: objects.filter(isWebhook),
    gateway: gateway ? presetObjectsFor(gateway, namespace) : [],
    // They have no namespace.
    runtimes: restricted?.clusterScoped === false ? [] : renderRuntimes(files),
  };
}

function withChoices(object: AnyObject, { gatewayClass, image }: InstallOptions): AnyObject {
  if (object.kind === 'Gateway' && gatewayClass) {
    return { ...object, spec: { ...object['spec'], gatewayClassName: gatewayClass } };
  }
  if (object.kind !== 'Deployment' || object.metadata.name !== operatorDeploymentName || !image) return object;
  const copy = structuredClone(object);
  copy['spec'].template.spec.containers[0].image = image;
  return copy;
}
