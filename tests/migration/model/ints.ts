/** Int32 values that grow without boxing: a million states must fit. */
export class Ints {
  private values = new Int32Array(1 << 12)
  length = 0

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Int32Array(this.values.length * 2)
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.length++] = value
  }

  at(index: number): number {
    return this.values[index]!
  }
}
