/** A sleep that somebody may end early. A ring while nobody sleeps ends the next sleep at once, so none is lost. */
export class Alarm {
  private hasRung = false
  private end: () => void = () => undefined

  ring(): void {
    this.hasRung = true
    this.end()
  }

  /** Sleeps for `milliseconds` at most, or until the alarm rings or has rung. */
  async sleep(milliseconds: number): Promise<void> {
    if (!this.hasRung)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds)
        this.end = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    this.hasRung = false
  }
}
