// Events per second, from the counts at two times.

const MOST_POINTS = 120;

export class Rates {
  #last = null;
  #rates = [];

  /** Takes the count at `now`, a monotonic time. */
  count(total, now) {
    const last = this.#last;
    this.#last = { total, now };
    // A lower count comes from another gateway or an empty store, and cannot be compared.
    if (!last || total < last.total || now <= last.now) return;
    this.#rates.push((total - last.total) / ((now - last.now) / 1000));
    if (this.#rates.length > MOST_POINTS) this.#rates.shift();
  }

  /** There was a pause: the next count is not compared with the last one. */
  interrupt() {
    this.#last = null;
  }

  /** The latest rate; `null` before the first. */
  get now() {
    return this.#rates.at(-1) ?? null;
  }

  get highest() {
    return Math.max(0, ...this.#rates);
  }

  /** The points of a curve in a box, the latest at the right. */
  points(width, height) {
    const top = Math.max(1, this.highest);
    const step = width / (MOST_POINTS - 1);
    // A single rate becomes a line, too.
    const rates = this.#rates.length === 1 ? [this.#rates[0], this.#rates[0]] : this.#rates;
    const first = MOST_POINTS - rates.length;
    return rates.map((rate, place) => [(first + place) * step, height - 1 - (rate / top) * (height - 4)]);
  }
}
