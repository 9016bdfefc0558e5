const RealDate = Date;

/** Moves what this process takes for the time; 0 puts it right again. */
export function shiftOwnClock(milliseconds: number): void {
  if (milliseconds === 0) {
    globalThis.Date = RealDate;
    return;
  }
  class ShiftedDate extends RealDate {
    constructor(value?: number | string | Date) {
      super(value ?? ShiftedDate.now());
    }
    static override now(): number {
      return RealDate.now() + milliseconds;
    }
  }
  globalThis.Date = ShiftedDate as DateConstructor;
}
