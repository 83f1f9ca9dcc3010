import { decodeBinaryTensor, encodeBinaryTensor } from './binary.ts';
import { DATATYPES, isDatatype } from './datatype.ts';
import { ProtocolError, shown } from './errors.ts';
import { type ReadOptions, readData, writeData } from './json-data.ts';
import { parseJsonObject } from './json-text.ts';
import { elementCount, type Tensor } from './tensor.ts';

/** Ends the JSON part of a body that goes on with raw tensors (Open Inference Protocol, "Binary Tensor Data Extension"). */
export const HEADER_LENGTH = 'inference-header-content-length';

export interface RequestedOutput {
  name: string;
  binary: boolean;
}

export interface InferRequest {
  id?: string;
  inputs: Tensor[];
  /** The outputs asked for, in that order; undefined: all. */
  outputs?: RequestedOutput[];
  /** Outputs that are not named one by one come as raw bytes (`binary_data_output`). */
  binaryByDefault: boolean;
}

type Json = Record<string, unknown>;

/**
 * A V2 inference request from its JSON text and, with the binary extension, the bytes after it.
 *
 * Throws `ProtocolError`. Whether names, datatypes and shapes suit a model is not known here.
 */
export function parseInferRequest(
  text: string,
  rest: Uint8Array = new Uint8Array(0),
  options: ReadOptions = {},
): InferRequest {
  const body = parseJsonObject(text);
  if (!Array.isArray(body['inputs']) || body['inputs'].length === 0) {
    throw new ProtocolError(`"inputs" must be a list of one or more tensors, got ${shown(body['inputs'])}`);
  }
  let offset = 0;
  const inputs = body['inputs'].map((entry: unknown, position) => {
    const input = asObject(entry, `inputs[${position}]`);
    const size = parameters(input, `inputs[${position}]`)['binary_data_size'];
    const tensor = readTensor(input, position, size, rest.subarray(offset), options);
    offset += typeof size === 'number' ? size : 0;
    return tensor;
  });
  if (offset !== rest.length) {
    throw new ProtocolError(
      `${rest.length} bytes follow the JSON part, but the inputs' "binary_data_size" add up to ${offset}`,
    );
  }
  const id = body['id'];
  if (id !== undefined && id !== null && typeof id !== 'string') {
    throw new ProtocolError(`"id" must be a string, got ${shown(id)}`);
  }
  const binaryByDefault = parameters(body, 'the request')['binary_data_output'] === true;
  return { id: id ?? undefined, inputs, outputs: readOutputs(body['outputs'], binaryByDefault), binaryByDefault };
}

function readTensor(input: Json, position: number, size: unknown, rest: Uint8Array, options: ReadOptions): Tensor {
  const { name, datatype, shape } = input;
  if (typeof name !== 'string' || name === '') {
    throw new ProtocolError(`inputs[${position}]: "name" must be a string, got ${shown(name)}`);
  }
  const where = `input ${shown(name)}`;
  if (!isDatatype(datatype)) {
    throw new ProtocolError(`${where}: "datatype" must be one of ${DATATYPES.join(', ')}, got ${shown(datatype)}`);
  }
  const count = elementCount(shape, where);
  if (size !== undefined) {
    if (input['data'] !== undefined) {
      throw new ProtocolError(`${where}: give either "data" or the parameter "binary_data_size", not both`);
    }
    return { name, datatype, shape: shape as number[], data: decodeBinaryTensor(datatype, count, size, rest, where) };
  }
  const data = readData(datatype, shape as number[], count, input['data'], where, options);
  return { name, datatype, shape: shape as number[], data };
}

function readOutputs(value: unknown, binaryByDefault: boolean): RequestedOutput[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw new ProtocolError(`"outputs" must be a list, got ${shown(value)}`);
  if (value.length === 0) return undefined;
  return value.map((entry: unknown, position) => {
    const where = `outputs[${position}]`;
    const output = asObject(entry, where);
    if (typeof output['name'] !== 'string') {
      throw new ProtocolError(`${where}: "name" must be a string, got ${shown(output['name'])}`);
    }
    return { name: output['name'], binary: (parameters(output, where)['binary_data'] ?? binaryByDefault) === true };
  });
}

function parameters(object: Json, where: string): Json {
  return object['parameters'] === undefined || object['parameters'] === null
    ? {}
    : asObject(object['parameters'], `"parameters" of ${where}`);
}

function asObject(value: unknown, where: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new ProtocolError(`${where} must be an object, got ${shown(value)}`);
}

export interface InferResponse {
  id?: string;
  modelName: string;
  modelVersion?: string;
  outputs: readonly Tensor[];
}

export interface EncodedResponse {
  /** The JSON part. */
  json: string;
  /** Raw tensors that follow it, in order; empty without the binary extension. */
  binary: Uint8Array[];
}

/** The body of a V2 answer. Outputs for which `isBinary` says so follow the JSON part as raw bytes. */
export function encodeInferResponse(
  response: InferResponse,
  isBinary: (name: string) => boolean = () => false,
): EncodedResponse {
  const binary: Uint8Array[] = [];
  const outputs = response.outputs.map((tensor) => {
    const head = `{"name":${JSON.stringify(tensor.name)},"shape":[${tensor.shape.join(',')}],"datatype":"${tensor.datatype}"`;
    if (!isBinary(tensor.name)) return `${head},"data":${writeData(tensor.datatype, tensor.data)}}`;
    const bytes = encodeBinaryTensor(tensor);
    binary.push(bytes);
    return `${head},"parameters":{"binary_data_size":${bytes.length}}}`;
  });
  const id = response.id === undefined ? '' : `"id":${JSON.stringify(response.id)},`;
  const version =
    response.modelVersion === undefined ? '' : `"model_version":${JSON.stringify(response.modelVersion)},`;
  const json = `{${id}"model_name":${JSON.stringify(response.modelName)},${version}"outputs":[${outputs.join(',')}]}`;
  return { json, binary };
}
