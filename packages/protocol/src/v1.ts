import { ProtocolError, shown } from './errors.ts';
import { type ReadOptions, readData, writeNested } from './json-data.ts';
import { parseJsonObject } from './json-text.ts';
import type { Tensor, TensorSpec } from './tensor.ts';

/**
 * The instances of a V1 request: `{"instances": [...]}` or, as KServe's servers also take it, `{"inputs": [...]}`.
 * Throws `ProtocolError`.
 */
export function parsePredictRequest(text: string): unknown[] {
  const body = parseJsonObject(text);
  const key = body['inputs'] === undefined || body['inputs'] === null ? 'instances' : 'inputs';
  const instances = body[key];
  if (instances === undefined) {
    const keys = Object.keys(body)
      .slice(0, 5)
      .map((name) => shown(name));
    throw new ProtocolError(
      `expected a key "instances" (or "inputs") with a list, got ${keys.join(', ') || 'an empty object'}`,
    );
  }
  if (!Array.isArray(instances)) throw new ProtocolError(`"${key}" must be a list, got ${shown(instances)}`);
  if (instances.length === 0) throw new ProtocolError(`"${key}" must hold one or more instances, got an empty list`);
  return instances;
}

export interface TensorsFromInstancesOptions extends ReadOptions {
  /** Names of the columns of the only input, by which an instance that is an object is put in order. */
  columns?: readonly string[];
}

/**
 * Instances as one batch tensor per input.
 *
 * With one input, an instance is its value (a nested list, or a plain value when the input has no further dimension), or an object of
 * its columns; with several, an object with one key per input. The first dimension of each spec is the batch. Throws `ProtocolError`.
 */
export function tensorsFromInstances(
  instances: unknown[],
  inputs: readonly TensorSpec[],
  options: TensorsFromInstancesOptions = {},
): Tensor[] {
  const [only] = inputs;
  if (inputs.length === 1 && only) {
    const values = isObject(instances[0])
      ? instances.map((row, i) => unwrap(row, i, only, options.columns))
      : instances;
    return [batch(values, only, 'instances', options)];
  }
  const names = inputs.map((input) => shown(input.name)).join(', ');
  for (const [position, instance] of instances.entries()) {
    if (!isObject(instance)) {
      throw new ProtocolError(
        `instances[${position}] must be an object with the keys ${names}, got ${shown(instance)}`,
      );
    }
    const stranger = Object.keys(instance).find((key) => !inputs.some((input) => input.name === key));
    if (stranger !== undefined) {
      throw new ProtocolError(`instances[${position}]: the model has no input ${shown(stranger)}; it takes ${names}`);
    }
  }
  return inputs.map((input) => {
    const values = (instances as Record<string, unknown>[]).map((instance) => instance[input.name]);
    const missing = values.indexOf(undefined);
    if (missing >= 0) throw new ProtocolError(`instances[${missing}]: key ${shown(input.name)} is missing`);
    return batch(values, input, `input ${shown(input.name)}`, options);
  });
}

function unwrap(row: unknown, position: number, input: TensorSpec, columns: readonly string[] | undefined): unknown {
  const where = `instances[${position}]`;
  if (!isObject(row))
    throw new ProtocolError(`${where}: expected an object as in the first instance, got ${shown(row)}`);
  if (Object.hasOwn(row, input.name) && Object.keys(row).length === 1) return row[input.name];
  if (!columns || columns.length === 0) {
    throw new ProtocolError(
      `${where}: expected a list or an object with the key ${shown(input.name)}, got ${shown(row)}`,
    );
  }
  const stranger = Object.keys(row).find((key) => !columns.includes(key));
  if (stranger !== undefined) throw new ProtocolError(`${where}: the model has no feature ${shown(stranger)}`);
  return columns.map((column) => {
    if (!Object.hasOwn(row, column)) throw new ProtocolError(`${where}: feature ${shown(column)} is missing`);
    return row[column];
  });
}

function batch(values: unknown[], input: TensorSpec, where: string, options: ReadOptions): Tensor {
  const inner = input.shape.slice(1);
  const shape = [values.length, ...resolveShape(values[0], inner, where)];
  for (const [position, value] of values.entries()) checkLength(value, shape, 1, `${where}[${position}]`);
  const count = shape.reduce((product, length) => product * length, 1);
  const data = readData(input.datatype, shape, count, values, where, options);
  return { name: input.name, datatype: input.datatype, shape, data };
}

/** Fills the free dimensions (-1) of a spec from the first instance. */
function resolveShape(first: unknown, inner: readonly number[], where: string): number[] {
  let value = first;
  return inner.map((length, axis) => {
    if (!Array.isArray(value)) {
      const expected = `a list${length === -1 ? '' : ` of ${length}`}`;
      throw new ProtocolError(`${where}[0]${'[0]'.repeat(axis)}: expected ${expected}, got ${shown(value)}`);
    }
    const resolved = length === -1 ? value.length : length;
    value = value[0];
    return resolved;
  });
}

function checkLength(value: unknown, shape: readonly number[], axis: number, where: string): void {
  if (axis === shape.length) return;
  if (!Array.isArray(value) || value.length !== shape[axis]) {
    throw new ProtocolError(`${where}: expected a list of ${shape[axis]}, got ${shown(value)}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The body of a V1 answer.
 *
 * One output: a list with one entry per row. Several that all have the batch as first dimension: a list with one object per row
 * (TensorFlow Serving's row format). Otherwise one object with the whole outputs.
 */
export function encodePredictions(outputs: readonly Tensor[], batchSize: number): string {
  const [only] = outputs;
  if (outputs.length === 1 && only) return `{"predictions":${writeNested(only.datatype, only.shape, only.data)}}`;
  if (!outputs.every((output) => output.shape[0] === batchSize)) {
    const whole = outputs.map((o) => `${JSON.stringify(o.name)}:${writeNested(o.datatype, o.shape, o.data)}`);
    return `{"predictions":{${whole.join(',')}}}`;
  }
  const rows = Array.from({ length: batchSize }, (_, row) => {
    const fields = outputs.map((output) => `${JSON.stringify(output.name)}:${rowOf(output, row, batchSize)}`);
    return `{${fields.join(',')}}`;
  });
  return `{"predictions":[${rows.join(',')}]}`;
}

function rowOf({ datatype, shape, data }: Tensor, row: number, batchSize: number): string {
  const step = data.length / batchSize;
  return writeNested(datatype, shape.slice(1), data.slice(row * step, (row + 1) * step));
}
