import { CopyOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useRef } from "react";
import { useText } from "../lang/language";

/** A line to be taken elsewhere: a command, a key. */
export function Copyable({ text }: { text: string }) {
  const { common } = useText();
  const { message } = App.useApp();
  const line = useRef<HTMLElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      void message.success(common.copied);
    } catch {
      // Without TLS a browser gives no clipboard: the text is selected, so that Ctrl+C works.
      if (line.current) getSelection()?.selectAllChildren(line.current);
    }
  };
  return (
    <div className="copyable">
      <code ref={line}>{text}</code>
      <Button size="small" icon={<CopyOutlined />} onClick={() => void copy()}>
        {common.copy}
      </Button>
    </div>
  );
}
