import { CliError } from '../command/cli-error.ts';
import { type DiscoveredResource, findResource } from './discovery.ts';

export interface Targets {
  resource: DiscoveredResource;
  /** Empty: all of the kind. */
  names: string[];
}

/** `isvc`, `isvc iris`, `isvc/iris pod/web`, `isvc,pods`: what a person names on the command line. */
export function parseTargets(resources: readonly DiscoveredResource[], args: readonly string[]): Targets[] {
  const [first, ...rest] = args;
  if (first === undefined) throw new CliError('BadUsage', 'name a kind, such as "isvc" or "pods"');
  if (first.includes('/')) {
    return args.map((argument) => {
      const [kind = '', name = ''] = argument.split('/');
      if (name === '') throw new CliError('BadUsage', `"${argument}": expected KIND/NAME`);
      return { resource: findResource(resources, kind), names: [name] };
    });
  }
  const kinds = first.split(',').filter((kind) => kind !== '');
  if (kinds.length > 1 && rest.length > 0) {
    throw new CliError('BadUsage', `names cannot follow several kinds ("${first}")`, {
      hint: 'use KIND/NAME KIND/NAME',
    });
  }
  return kinds.map((kind) => ({ resource: findResource(resources, kind), names: [...rest] }));
}
