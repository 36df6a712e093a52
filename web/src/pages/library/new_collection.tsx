import { Form, Input, Modal } from "antd";
import { useState } from "react";
import type { Collection } from "../../api/library";
import { useApi } from "../../app/session";
import { useText } from "../../lang/language";
import { useAction } from "../../parts/action";

export function NewCollection({
  onClose,
  onMade,
}: {
  onClose: () => void;
  onMade: (made: Collection) => void;
}) {
  const { library, common } = useText();
  const api = useApi();
  const { busy, act } = useAction();
  const [name, setName] = useState("");
  const make = () => act(async () => onMade(await api.library.addCollection(name.trim())));
  return (
    <Modal
      open
      title={library.newCollection}
      okText={common.create}
      okButtonProps={{ disabled: name.trim() === "" }}
      confirmLoading={busy}
      onOk={() => void make()}
      onCancel={onClose}
    >
      <Form layout="vertical" onFinish={() => void make()}>
        <Form.Item
          label={library.collectionName}
          extra={library.collectionNameHint}
          htmlFor="collection-name"
        >
          <Input
            id="collection-name"
            maxLength={64}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
