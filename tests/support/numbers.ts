/** Whole numbers of any size, as signatures are made of. */

/** The number whose big-endian octets are given. */
export function bigint(octets: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(octets).toString("hex")}`);
}

/** The big-endian octets of a number, `width` of them. */
export function octets(value: bigint, width: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * width, "0"), "hex");
}

/** The largest whole number whose cube is at most `value`. */
export function cubeRoot(value: bigint): bigint {
  let low = 0n;
  let high = 1n << (BigInt(value.toString(2).length) / 3n + 1n);
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (middle ** 3n <= value) low = middle;
    else high = middle - 1n;
  }
  return low;
}
