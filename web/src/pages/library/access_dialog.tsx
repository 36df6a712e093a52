import { CloseOutlined } from "@ant-design/icons";
import { Button, Form, Modal, Select } from "antd";
import { useState } from "react";
import type { AccessEntry, Collection, Everyone, Right } from "../../api/library";
import type { Directory } from "../../api/people";
import { useApi } from "../../app/session";
import { useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import { PeoplePicker } from "../../parts/people_picker";
import { oneLine } from "../../text/printable";

function nameOf(entry: AccessEntry, directory: Directory): string {
  const found =
    entry.group !== undefined
      ? directory.groups.find((one) => one.id === entry.group)
      : directory.users.find((one) => one.id === entry.user);
  return oneLine(found?.name ?? `#${entry.group ?? entry.user ?? 0}`);
}

const same = (a: AccessEntry, b: Omit<AccessEntry, "right">) => a.user === b.user && a.group === b.group;

export function AccessDialog(props: { collection: Collection; onClose: () => void; onSaved: () => void }) {
  const { library, common } = useText();
  const api = useApi();
  const { collection } = props;
  const { busy, act } = useAction();
  const directory = useLoad("directory", (signal) => api.people.directory(signal));
  const [everyone, setEveryone] = useState<Everyone>(collection.everyone);
  const [access, setAccess] = useState<AccessEntry[]>(collection.access ?? []);

  const save = async () => {
    if (await act(() => api.library.changeCollection(collection.id, { everyone, access }), common.saved)) {
      props.onSaved();
      props.onClose();
    }
  };
  const options = <T extends string>(labels: Record<T, string>) =>
    (Object.keys(labels) as T[]).map((value) => ({ value, label: labels[value] }));
  return (
    <Modal
      open
      title={library.accessTitle(oneLine(collection.name))}
      okText={common.save}
      confirmLoading={busy}
      onOk={() => void save()}
      onCancel={props.onClose}
    >
      <Form layout="vertical">
        <Form.Item label={library.everyone} htmlFor="everyone">
          <Select
            id="everyone"
            value={everyone}
            options={options(library.everyoneChoices)}
            onChange={setEveryone}
          />
        </Form.Item>
      </Form>
      <Load of={directory}>
        {(known) => (
          <ul className="access">
            {access.map((entry) => {
              const name = nameOf(entry, known);
              return (
                <li key={`${entry.user ?? ""}/${entry.group ?? ""}`} className="access-row">
                  <bdi>{name}</bdi>
                  <Select
                    value={entry.right}
                    options={options<Right>(library.rights)}
                    popupMatchSelectWidth={false}
                    aria-label={library.accessRight(name)}
                    onChange={(right: Right) =>
                      setAccess(access.map((one) => (same(one, entry) ? { ...one, right } : one)))
                    }
                  />
                  <Button
                    type="text"
                    icon={<CloseOutlined />}
                    aria-label={library.accessRemove(name)}
                    onClick={() => setAccess(access.filter((one) => !same(one, entry)))}
                  />
                </li>
              );
            })}
          </ul>
        )}
      </Load>
      <PeoplePicker
        chosen={[]}
        label={library.accessAdd}
        onChange={(added) =>
          setAccess([
            ...access,
            ...added
              .filter((one) => !access.some((entry) => same(entry, one)))
              .map((one) => ({ ...one, right: "read" as const })),
          ])
        }
      />
    </Modal>
  );
}
