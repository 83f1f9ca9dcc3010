export { decodeBinaryTensor, encodeBinaryTensor } from './binary.ts';
export {
  createData,
  DATATYPES,
  type Datatype,
  dataFromBuffer,
  ELEMENT_BYTES,
  isDatatype,
  type NumericArray,
  type TensorData,
} from './datatype.ts';
export { ProtocolError, shown } from './errors.ts';
export { halfFromNumber, numberFromHalf } from './half.ts';
export { type ReadOptions, readData, writeData, writeNested } from './json-data.ts';
export { parseJsonObject } from './json-text.ts';
export { elementCount, shapeFits, type Tensor, type TensorSpec } from './tensor.ts';
export {
  encodePredictions,
  parsePredictRequest,
  type TensorsFromInstancesOptions,
  tensorsFromInstances,
} from './v1.ts';
export {
  type EncodedResponse,
  encodeInferResponse,
  HEADER_LENGTH,
  type InferRequest,
  type InferResponse,
  parseInferRequest,
  type RequestedOutput,
} from './v2.ts';
