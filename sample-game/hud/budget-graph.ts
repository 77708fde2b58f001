const FRAMES = 120;
const CEILING = 1.5;

export interface BudgetGraph {
  /** One frame: what speech took and what it might have. */
  add(speechMs: number, budgetMs: number): void;
}

/** Speech work of the last frames as bars under the line of the budget. */
export function createBudgetGraph(canvas: HTMLCanvasElement): BudgetGraph {
  canvas.width = FRAMES * 2;
  canvas.height = 48;
  const context = canvas.getContext("2d");
  const shares: number[] = [];
  return {
    add(speechMs, budgetMs) {
      shares.push(speechMs / Math.max(budgetMs, 0.01));
      if (shares.length > FRAMES) shares.shift();
      if (context) draw(context, shares);
    },
  };
}

function draw(context: CanvasRenderingContext2D, shares: readonly number[]): void {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  shares.forEach((share, index) => {
    const tall = Math.min(1, share / CEILING) * height;
    context.fillStyle = share > 1 ? "#ff8a5c" : "#ffc978";
    context.fillRect(index * 2, height - tall, 2, tall);
  });
  context.fillStyle = "rgba(180, 205, 255, 0.7)";
  context.fillRect(0, height - height / CEILING, width, 1.5);
}
