import { CommentOutlined, FolderOpenOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { navigate } from "../../app/router";
import { useRights } from "../../app/session";
import { useText } from "../../lang/language";
import { EmptyState } from "../../parts/page";

/** An empty conversation teaches what can be asked, or what is missing first. */
export function Welcome({ nothing, onAsk }: { nothing: boolean; onAsk: (question: string) => void }) {
  const { ask } = useText();
  const { write } = useRights();
  if (nothing) {
    return (
      <EmptyState
        icon={<FolderOpenOutlined />}
        title={ask.noDocuments}
        actions={
          write && (
            <Button type="primary" onClick={() => navigate("/library")}>
              {ask.toLibrary}
            </Button>
          )
        }
      >
        {ask.noDocumentsHint}
      </EmptyState>
    );
  }
  return (
    <>
      <h1 className="ask-hello">{ask.hello}</h1>
      <p className="page-intro ask-hello-hint">{ask.helloHint}</p>
      <h2 className="ask-examples">{ask.examples}</h2>
      <ul className="examples">
        {ask.exampleQuestions.map((question) => (
          <li key={question}>
            <button type="button" className="source" onClick={() => onAsk(question)}>
              <CommentOutlined aria-hidden /> {question}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
