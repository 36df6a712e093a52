import { Plain } from "../../parts/plain";

/** What the planner has to say about its figures. */
export function Notes({ notes }: { notes: string[] }) {
  if (notes.length === 0) return null;
  return (
    <ul className="faint">
      {notes.map((note) => (
        <li key={note}>
          <Plain text={note} />
        </li>
      ))}
    </ul>
  );
}
