"""Small diagrams, decisions and forms for the islands."""

BPMN = """<?xml version="1.0"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:di="http://www.omg.org/spec/DD/20100524/DI" targetNamespace="test">
<bpmn:process id="p" isExecutable="true">
 <bpmn:startEvent id="start" name="Overdue"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
 <bpmn:task id="remind" name="Remind"><bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:task>
 <bpmn:task id="call" name="Call"><bpmn:incoming>f2</bpmn:incoming></bpmn:task>
 <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="remind"/>
 <bpmn:sequenceFlow id="f2" sourceRef="remind" targetRef="call"/>
</bpmn:process>
<bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="pl" bpmnElement="p">
 <bpmndi:BPMNShape id="s1" bpmnElement="start"><dc:Bounds x="100" y="102" width="36" height="36"/></bpmndi:BPMNShape>
 <bpmndi:BPMNShape id="s2" bpmnElement="remind"><dc:Bounds x="200" y="80" width="100" height="80"/></bpmndi:BPMNShape>
 <bpmndi:BPMNShape id="s3" bpmnElement="call"><dc:Bounds x="380" y="80" width="100" height="80"/></bpmndi:BPMNShape>
 <bpmndi:BPMNEdge id="e1" bpmnElement="f1">
  <di:waypoint x="136" y="120"/><di:waypoint x="200" y="120"/></bpmndi:BPMNEdge>
 <bpmndi:BPMNEdge id="e2" bpmnElement="f2">
  <di:waypoint x="300" y="120"/><di:waypoint x="380" y="120"/></bpmndi:BPMNEdge>
</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"""

DMN = """<?xml version="1.0"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="Strategies" namespace="test">
<decision id="strategy" name="Which strategy"><decisionTable id="t">
 <input id="i" label="Debtor">
  <inputExpression id="ie" typeRef="string"><text>case.debtor.type</text></inputExpression></input>
 <output id="o" name="strategy" typeRef="string"/>
 <rule id="r1"><inputEntry id="a"><text>"consumer"</text></inputEntry>
  <outputEntry id="b"><text>"gentle"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""

TRAIL = {
    "visited": [
        {"element": "start", "at": "2026-01-05T08:00:00Z", "who": "duly"},
        {"element": "remind", "at": "2026-01-06T09:30:00Z", "who": "duly"},
    ],
    "current": ["call"],
    "counts": {"remind": 12, "call": {"text": "3", "href": "/cases", "tone": "orange"}},
}

FORM = {
    "type": "default",
    "schemaVersion": 18,
    "components": [
        {
            "type": "select",
            "key": "outcome",
            "id": "outcome",
            "label": "Outcome",
            "values": [{"label": "Promises to pay", "value": "promise"}, {"label": "Refuses", "value": "refuses"}],
        },
        {"type": "number", "key": "amount", "id": "amount", "label": "Amount", "decimalDigits": 2},
        {"type": "textarea", "key": "note", "id": "note", "label": "Note", "validate": {"required": True}},
        {"type": "checkbox", "key": "reached", "id": "reached", "label": "Reached"},
        {"type": "datetime", "subtype": "date", "key": "until", "id": "until", "dateLabel": "Promised for"},
        {
            "type": "radio",
            "key": "reason",
            "id": "reason",
            "label": "Reason",
            "values": [{"label": "No money", "value": "money"}, {"label": "Forgot", "value": "forgot"}],
        },
    ],
}

CHART = {
    "kind": "stacked",
    "title": "Aging",
    "unit": "Days overdue",
    "currency": "EUR",
    "labels": ["1-30", "31-60"],
    "links": ["/cases?from=1", "/cases?from=31"],
    "series": [{"name": "Business", "values": ["120.50", 80]}, {"name": "Consumer", "values": [30, 10]}],
}
