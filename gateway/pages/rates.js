// Events a second, from what is counted at two times.

const MOST_POINTS = 120;

export class Rates {
  #last = null;
  #rates = [];

  /** So many events were counted by now; `now` is a clock that nobody sets. */
  count(total, now) {
    const last = this.#last;
    this.#last = { total, now };
    // A smaller count is that of another gateway, or of an empty store: there is nothing to compare.
    if (!last || total < last.total || now <= last.now) return;
    this.#rates.push((total - last.total) / ((now - last.now) / 1000));
    if (this.#rates.length > MOST_POINTS) this.#rates.shift();
  }

  /** Nobody counted for a while: what comes next is compared with nothing. */
  interrupt() {
    this.#last = null;
  }

  /** The newest; `null` before there is one. */
  get now() {
    return this.#rates.at(-1) ?? null;
  }

  get highest() {
    return Math.max(0, ...this.#rates);
  }

  /** Points of a curve in a box, the newest at its right. */
  points(width, height) {
    const top = Math.max(1, this.highest);
    const step = width / (MOST_POINTS - 1);
    // One alone is a line, too.
    const rates = this.#rates.length === 1 ? [this.#rates[0], this.#rates[0]] : this.#rates;
    const first = MOST_POINTS - rates.length;
    return rates.map((rate, place) => [(first + place) * step, height - 1 - (rate / top) * (height - 4)]);
  }
}
