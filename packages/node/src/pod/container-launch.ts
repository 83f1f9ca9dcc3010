import type { Container, Pod } from '@serval/kube/objects';
import type { PodFacts } from '../container/field-path.ts';
import { type Launch, prepareLaunch } from '../container/launch.ts';
import { NodeError } from '../errors.ts';
import { containerIdVariable } from '../process/group.ts';
import type { PodDeps } from './deps.ts';
import type { PodDirectory } from './directory.ts';
import { networkEnv, type PodAddress, proxyEnv } from './network.ts';

export interface ContainerLaunchInput {
  pod: Pod;
  container: Container;
  facts: PodFacts;
  volumes: ReadonlyMap<string, string>;
  network: PodAddress;
  directory: PodDirectory;
  containerID: string;
  terminationLog: string;
}

/**
 * What starts a container of a Pod: its image's local command with what the node tells every container.
 * @throws NodeError, `ImageNotAvailable` for an image that is in no catalogue
 */
export async function launchContainer(deps: PodDeps, input: ContainerLaunchInput): Promise<Launch> {
  const { container, containerID, terminationLog } = input;
  const name = container.image ?? '';
  const image = deps.images.resolve(name);
  if (!image) {
    throw new NodeError(
      'ImageNotAvailable',
      `no local command is known for image "${name}": images are not pulled here`,
      {
        hint: `map it in ${deps.imagesFile}, which is read at the start: [{match: "${name}", command: ["PROGRAM", "ARG"]}]`,
      },
    );
  }
  return prepareLaunch({
    pod: input.pod,
    container,
    image,
    facts: input.facts,
    source: deps.source,
    volumes: input.volumes,
    rootDirectory: input.directory.containerRoot(container.name),
    terminationLog,
    path: deps.path,
    nodeEnv: {
      ...proxyEnv(deps.clusterProxyUrl(), input.network.address),
      ...networkEnv(input.network),
      SERVAL_TERMINATION_LOG: terminationLog,
      [containerIdVariable]: containerID,
    },
  });
}
