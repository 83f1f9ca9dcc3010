import {
  type Client,
  type Clock,
  createNamespacedReflectors,
  createReflector,
  type Log,
  type Reflector,
  type ReflectorOptions,
} from '@serval/kube/client';
import type { KubeObject, Resource } from '@serval/kube/objects';
import type { AccessNotes } from './access-notes.ts';
import { emptyReflector } from './empty-reflector.ts';
import { followNamespaces } from './follow-namespaces.ts';

/** How a kind is read; what is common to all (client, clock, signal) is the scope's. */
export type ReadOptions<T extends KubeObject> = Pick<
  ReflectorOptions<T>,
  | 'labelSelector'
  | 'fieldSelector'
  | 'keepManagedFieldsOf'
  | 'transform'
  | 'sharesParts'
  | 'indexes'
  | 'mayBeMissing'
  | 'onInstalled'
> & {
  /** What is missing where it may not be read. Where it is given, the operator works without; otherwise it needs it. */
  readonly without?: string;
  /** Told whether it may not be read, as often as that changes. */
  readonly onRefused?: (isRefused: boolean) => void;
  /** Default: the scope's. */
  readonly clock?: Clock;
};

/** Where the operator reads. */
export interface Scope {
  /** Objects of the namespaces that it is for; of a kind without namespace, of the cluster. */
  reflect<T extends KubeObject>(resource: Resource<T>, options?: ReadOptions<T>): Reflector<T>;
  /** Objects of one namespace, whichever are served. */
  reflectIn<T extends KubeObject>(namespace: string, resource: Resource<T>, options?: ReadOptions<T>): Reflector<T>;
  /** Of a namespaced kind that others have for all, such as Gateways: everywhere, if it may; else where `readSharedIn` says, and its own. */
  reflectShared<T extends KubeObject>(resource: Resource<T>, options?: ReadOptions<T>): Reflector<T>;
  readSharedIn(namespace: string): void;
  /** Everything that is reflected has been said. */
  begin(): void;
  /** Namespaces of the list whose services are not served, and why. */
  problems(): readonly { readonly namespace: string; readonly problem: string }[];
}

export interface ScopeOptions {
  readonly client: Client;
  /** The operator's own namespace. */
  readonly home: string;
  /** Absent: all. */
  readonly watchNamespaces?: readonly string[] | undefined;
  /** Whether kinds without a namespace are read. */
  readonly clusterScoped: boolean;
  readonly access: AccessNotes;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export function createScope(options: ScopeOptions): Scope {
  const { client, home, watchNamespaces, clusterScoped, access, clock, log, signal } = options;
  const listed = watchNamespaces ? createNamespacedReflectors({ signal, log }) : undefined;
  const shared = watchNamespaces && !clusterScoped ? createNamespacedReflectors({ signal, log }) : undefined;
  let problems: Scope['problems'] = () => [];

  /** `namespace` is empty where all are read, or none. */
  function optionsFor<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    { without, onRefused, ...read }: ReadOptions<T>,
  ): Omit<ReflectorOptions<T>, 'resource' | 'namespace' | 'signal'> {
    const right = `list and watch ${resource.plural}${resource.group ? `.${resource.group}` : ''}`;
    const consequence = without ?? 'nothing can be served there without';
    const required = without === undefined;
    return {
      client,
      clock,
      log,
      ...read,
      mayBeRefused: !required,
      onAccess: (refusal) => {
        if (refusal) access.missing({ right, namespace, consequence, required });
        else access.granted({ right, namespace });
        onRefused?.(refusal !== undefined);
      },
    };
  }

  return {
    reflect(resource, read = {}) {
      if (!resource.namespaced && !clusterScoped) {
        read.onRefused?.(true);
        return emptyReflector(resource);
      }
      if (!resource.namespaced || !listed) {
        return createReflector({ ...optionsFor(resource, '', read), resource, signal });
      }
      return listed.reflect(resource, (namespace) => optionsFor(resource, namespace, read));
    },
    reflectIn: (namespace, resource, read = {}) =>
      createReflector({ ...optionsFor(resource, namespace, read), resource, namespace, signal }),
    reflectShared(resource, read = {}) {
      if (shared) return shared.reflect(resource, (namespace) => optionsFor(resource, namespace, read));
      return createReflector({ ...optionsFor(resource, '', read), resource, signal });
    },
    readSharedIn: (namespace) => shared?.add(namespace),
    begin() {
      if (!listed) return;
      shared?.add(home);
      shared?.settle();
      const names = watchNamespaces ?? [];
      const followed = followNamespaces({
        client,
        names,
        onPresent: listed.add,
        onAbsent: listed.remove,
        clock,
        log,
        signal,
      });
      problems = followed.problems;
      void followed.first.then(listed.settle);
    },
    problems: () => problems(),
  };
}
