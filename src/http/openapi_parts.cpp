#include "http/openapi.hpp"

namespace snapcron::http {

char const* const openapi_parts = R"json({
"parameters": {
  "fit": {"name": "fit", "in": "query", "description": "WIDTHxHEIGHT that the picture is not to exceed; it is scaled by eighths", "schema": {"type": "string", "pattern": "^[1-9][0-9]*x[1-9][0-9]*$"}, "example": "320x240"},
  "download": {"name": "download", "in": "query", "description": "to be kept under its file name, not shown", "schema": {"type": "string"}, "allowEmptyValue": true},
  "range": {"name": "Range", "in": "header", "description": "one range of bytes", "schema": {"type": "string"}, "example": "bytes=0-1023"},
  "ifNoneMatch": {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}},
  "rule": {"name": "rule", "in": "query", "description": "of this rule only", "schema": {"type": "string"}},
  "event": {"name": "event", "in": "query", "description": "of this event only", "schema": {"type": "string"}},
  "camera": {"name": "camera", "in": "query", "description": "of this camera only", "schema": {"type": "string"}},
  "destination": {"name": "destination", "in": "query", "description": "for this destination only", "schema": {"type": "string"}},
  "afterRecord": {"name": "after", "in": "query", "description": "the oldest of what follows this record", "schema": {"type": "integer", "minimum": 0}},
  "beforeRecord": {"name": "before", "in": "query", "description": "smaller ids only: that of the oldest record of the page before", "schema": {"type": "integer", "minimum": 1}},
  "writtenSince": {"name": "since", "in": "query", "description": "written then or later", "schema": {"type": "string", "format": "date-time"}},
  "writtenUntil": {"name": "until", "in": "query", "description": "written before that", "schema": {"type": "string", "format": "date-time"}},
  "resume": {"name": "after", "in": "query", "description": "begins with the records that follow this one", "schema": {"type": "integer", "minimum": 0}},
  "lastEventId": {"name": "Last-Event-ID", "in": "header", "description": "the same; a browser sends it when it connects again", "schema": {"type": "integer", "minimum": 0}},
  "afterPicture": {"name": "after", "in": "query", "description": "greater ids only", "schema": {"type": "integer", "minimum": 0}},
  "afterDelivery": {"name": "after", "in": "query", "description": "greater ids only", "schema": {"type": "integer", "minimum": 0}},
  "before": {"name": "before", "in": "query", "description": "smaller ids only: next of the page before", "schema": {"type": "integer", "minimum": 1}},
  "since": {"name": "since", "in": "query", "description": "captured then or later", "schema": {"type": "string", "format": "date-time"}},
  "until": {"name": "until", "in": "query", "description": "captured before that", "schema": {"type": "string", "format": "date-time"}},
  "limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}},
  "logLimit": {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}},
  "wait": {"name": "wait", "in": "query", "description": "seconds to wait for something new, where there is nothing", "schema": {"type": "integer", "minimum": 0, "maximum": 30, "default": 0}}
},
"schemas": {
  "Problem": {"type": "object", "required": ["type", "title", "status", "detail"], "properties": {
    "type": {"type": "string", "format": "uri-reference"}, "title": {"type": "string"}, "status": {"type": "integer"},
    "detail": {"type": "string", "description": "a sentence for a person"},
    "fired": {"type": "boolean"}, "reason": {"type": "string", "enum": ["disabled", "condition", "cooldown", "mode"]},
    "error": {"type": "string"}, "paths": {"type": "array", "items": {"type": "string"}}, "relay_error": {"type": "string"}}},
  "Time": {"type": ["string", "null"], "format": "date-time"},
  "Text": {"type": ["string", "null"]},
  "Count": {"type": "integer", "minimum": 0},
  "Input": {"type": "object", "required": ["number", "name", "level", "available", "edges", "pulses", "lost", "changed", "last_duration"], "additionalProperties": false, "properties": {
    "number": {"type": "integer"}, "name": {"type": "string"}, "level": {"type": "string", "enum": ["high", "low"]}, "available": {"type": "boolean", "description": "false while its chip is gone"},
    "edges": {"$ref": "#/components/schemas/Count"}, "pulses": {"$ref": "#/components/schemas/Count"}, "lost": {"$ref": "#/components/schemas/Count"},
    "changed": {"$ref": "#/components/schemas/Time"}, "last_duration": {"type": ["number", "null"], "description": "seconds that the last completed pulse lasted"}}},
  "Inputs": {"type": "array", "items": {"$ref": "#/components/schemas/Input"}},
  "Relay": {"type": "object", "required": ["number", "name", "state", "available", "max_on"], "additionalProperties": false, "properties": {
    "number": {"type": "integer"}, "name": {"type": "string"}, "state": {"type": "string", "enum": ["on", "off"]}, "available": {"type": "boolean"},
    "max_on": {"type": ["number", "null"], "description": "seconds that it stays on at most, whoever asks"}}},
  "Relays": {"type": "array", "items": {"$ref": "#/components/schemas/Relay"}},
  "Camera": {"type": "object", "required": ["name", "state", "last", "error", "buffer"], "additionalProperties": false, "properties": {
    "name": {"type": "string"}, "state": {"type": "string", "enum": ["ok", "lost", "unknown"]}, "last": {"$ref": "#/components/schemas/Time"}, "error": {"$ref": "#/components/schemas/Text"},
    "buffer": {"type": ["object", "null"], "properties": {"frames": {"$ref": "#/components/schemas/Count"}, "bytes": {"$ref": "#/components/schemas/Count"}, "seconds": {"type": "number"}, "fps": {"type": "number"}}}}},
  "Cameras": {"type": "array", "items": {"$ref": "#/components/schemas/Camera"}},
  "Rule": {"type": "object", "required": ["name", "description", "triggers", "enabled", "running", "last_fired", "runs", "failed", "skipped", "last_skip", "last_skipped", "next"], "additionalProperties": false, "properties": {
    "name": {"type": "string"}, "description": {"$ref": "#/components/schemas/Text"}, "triggers": {"type": "array", "items": {"type": "string"}, "description": "in words"},
    "enabled": {"type": "boolean"}, "running": {"type": "boolean"}, "last_fired": {"$ref": "#/components/schemas/Time"},
    "runs": {"$ref": "#/components/schemas/Count"}, "failed": {"$ref": "#/components/schemas/Count"},
    "skipped": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Count"}, "description": "by reason"},
    "last_skip": {"type": ["string", "null"], "description": "why it did not fire, the latest time that it did not"}, "last_skipped": {"$ref": "#/components/schemas/Time"},
    "next": {"$ref": "#/components/schemas/Time"}}},
  "Rules": {"type": "array", "items": {"$ref": "#/components/schemas/Rule"}},
  "Destination": {"type": "object", "required": ["name", "state", "queued", "set_aside", "delivered", "failed", "error"], "additionalProperties": false, "properties": {
    "name": {"type": "string"}, "state": {"type": "string", "enum": ["ok", "down", "unknown"]}, "queued": {"$ref": "#/components/schemas/Count"}, "set_aside": {"$ref": "#/components/schemas/Count"},
    "delivered": {"$ref": "#/components/schemas/Count"}, "failed": {"$ref": "#/components/schemas/Count"}, "error": {"$ref": "#/components/schemas/Text"}}},
  "Status": {"type": "object", "required": ["version", "now", "started", "timezone", "config_error", "inputs", "relays", "cameras", "rules", "pictures", "deliveries", "destinations"], "properties": {
    "version": {"type": "string"}, "now": {"type": "string", "format": "date-time"}, "started": {"type": "string", "format": "date-time"}, "timezone": {"type": "string"},
    "config_error": {"type": ["string", "null"], "description": "why the latest reload was refused"},
    "inputs": {"$ref": "#/components/schemas/Inputs"}, "relays": {"$ref": "#/components/schemas/Relays"}, "cameras": {"$ref": "#/components/schemas/Cameras"}, "rules": {"$ref": "#/components/schemas/Rules"},
    "pictures": {"$ref": "#/components/schemas/Count"},
    "deliveries": {"type": "object", "required": ["queued", "delivered", "failed"], "properties": {"queued": {"$ref": "#/components/schemas/Count"}, "delivered": {"$ref": "#/components/schemas/Count"}, "failed": {"$ref": "#/components/schemas/Count"}}},
    "destinations": {"type": "array", "items": {"$ref": "#/components/schemas/Destination"}}}},
  "Record": {"type": "object", "required": ["id", "time", "kind"], "properties": {
    "id": {"type": "integer"}, "time": {"type": "string", "format": "date-time"}, "kind": {"type": "string"}, "rule": {"type": "string"}, "event": {"type": "string"}, "text": {"type": "string"}}},
  "LogPage": {"type": "object", "required": ["records", "next"], "properties": {"records": {"type": "array", "items": {"$ref": "#/components/schemas/Record"}}, "next": {"type": "integer"}}},
  "Picture": {"type": "object", "required": ["id", "url", "path", "camera", "rule", "event", "captured", "bytes"], "additionalProperties": false, "properties": {
    "id": {"type": "integer"}, "url": {"type": "string", "format": "uri-reference"}, "path": {"type": "string"}, "camera": {"type": "string"}, "rule": {"type": "string"}, "event": {"type": "string"},
    "captured": {"type": "string", "format": "date-time"}, "bytes": {"$ref": "#/components/schemas/Count"}}},
  "PicturePage": {"type": "object", "required": ["snapshots", "next"], "properties": {"snapshots": {"type": "array", "items": {"$ref": "#/components/schemas/Picture"}}, "next": {"type": ["integer", "null"], "description": "the before of the next page"}}},
  "Delivery": {"type": "object", "required": ["id", "destination", "state", "file", "name", "event", "queued", "attempts", "next", "error", "bytes"], "properties": {
    "id": {"type": "integer"}, "destination": {"type": "string"}, "state": {"type": "string", "enum": ["queued", "failed"]}, "file": {"$ref": "#/components/schemas/Text"}, "name": {"$ref": "#/components/schemas/Text"}, "event": {"$ref": "#/components/schemas/Text"},
    "queued": {"type": "string", "format": "date-time"}, "attempts": {"$ref": "#/components/schemas/Count"}, "next": {"$ref": "#/components/schemas/Time"}, "error": {"$ref": "#/components/schemas/Text"}, "bytes": {"$ref": "#/components/schemas/Count"}}},
  "DeliveryPage": {"type": "object", "required": ["deliveries", "next"], "properties": {"deliveries": {"type": "array", "items": {"$ref": "#/components/schemas/Delivery"}}, "next": {"type": ["integer", "null"], "description": "the after of the next page"}}},
  "DeliverySelection": {"type": "object", "additionalProperties": false, "properties": {"ids": {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1, "maxItems": 1000}, "all": {"const": true}, "destination": {"type": "string"}}, "oneOf": [{"required": ["ids"]}, {"required": ["all"]}]},
  "Changed": {"type": "object", "required": ["changed"], "properties": {"changed": {"$ref": "#/components/schemas/Count"}}},
  "Duration": {"type": "string", "description": "a number with a unit", "examples": ["500ms", "1m30s"]},
  "RelayCommand": {"type": "object", "required": ["action"], "additionalProperties": false, "properties": {
    "action": {"type": "string", "enum": ["on", "off", "toggle", "pulse"]}, "duration": {"$ref": "#/components/schemas/Duration"}, "count": {"type": "integer", "minimum": 1, "maximum": 1000}, "gap": {"$ref": "#/components/schemas/Duration"}}},
  "InputDrive": {"type": "object", "additionalProperties": false, "properties": {"level": {"type": "string", "enum": ["high", "low"]}, "pulse": {"$ref": "#/components/schemas/Duration"}}, "oneOf": [{"required": ["level"]}, {"required": ["pulse"]}]},
  "SnapshotRequest": {"type": "object", "additionalProperties": false, "properties": {
    "camera": {"type": "string"}, "relay": {"$ref": "#/components/schemas/RelayCommand"}, "count": {"type": "integer", "minimum": 1}, "interval": {"$ref": "#/components/schemas/Duration"}, "to": {"type": "array", "items": {"type": "string"}}}},
  "SnapshotReply": {"type": "object", "required": ["paths", "pictures"], "properties": {"paths": {"type": "array", "items": {"type": "string"}}, "pictures": {"type": "array", "items": {"$ref": "#/components/schemas/Picture"}, "description": "those that are recorded"}, "relay_error": {"type": "string"}}},
  "Fired": {"type": "object", "required": ["fired"], "properties": {"fired": {"const": true}}},
  "WebhookFired": {"type": "object", "required": ["fired"], "properties": {"fired": {"$ref": "#/components/schemas/Count"}}},
  "RuleSwitched": {"type": "object", "required": ["enabled", "changed"], "properties": {"enabled": {"type": "boolean"}, "changed": {"type": "boolean", "description": "false: it was so already"}}},
  "Script": {"type": "object", "required": ["script"], "additionalProperties": false, "properties": {"script": {"type": "string"}}},
  "Me": {"type": "object", "required": ["name", "role"], "properties": {"name": {"type": ["string", "null"], "description": "null where nobody is asked for a name"}, "role": {"type": "string", "enum": ["user", "viewer"]}}},
  "Login": {"type": "object", "required": ["name", "password"], "additionalProperties": false, "properties": {"name": {"type": "string"}, "password": {"type": "string"}}},
  "Nothing": {"type": "object", "additionalProperties": false},
  "OpenApi": {"type": "object", "required": ["openapi", "paths"]}
}
})json";

}  // namespace snapcron::http
