import JSON
import Testing

@Suite struct WritingTests {
  @Test func compactTextHasNoSpace() {
    let value: JSONValue = ["b": [1, 2.5, .null, true], "a": ["x": "é\n\"\\\u{1}/"]]
    #expect(value.text() == #"{"b":[1,2.5,null,true],"a":{"x":"é\n\"\\\u0001/"}}"#)
    #expect(value.text(sortedKeys: true) == #"{"a":{"x":"é\n\"\\\u0001/"},"b":[1,2.5,null,true]}"#)
  }

  @Test func prettyTextIndentsByTwo() {
    let value: JSONValue = ["a": [1, [:], []], "b": "x"]
    #expect(value.text(pretty: true) == "{\n  \"a\": [\n    1,\n    {},\n    []\n  ],\n  \"b\": \"x\"\n}")
  }

  @Test func numbersReadBackToTheSameBits() throws {
    var word: UInt64 = 1
    for _ in 0..<20_000 {
      word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let number = Double(bitPattern: word)
      guard number.isFinite else { continue }
      let back = try JSONValue.parse(JSONValue.number(number).text())
      #expect(back.double?.bitPattern == number.bitPattern, "\(number)")
    }
    #expect(try JSONValue.parse(JSONValue.number(-0.0).text()).double?.sign == .minus)
    #expect(try JSONValue.parse("-0").double?.sign == .minus)
  }

  @Test func integersReadBackExactly() throws {
    for value in [Int64.min, -1, 0, 9_007_199_254_740_993, .max] {
      #expect(try JSONValue.parse(JSONValue.integer(value).text()) == .integer(value))
    }
  }

  @Test func numbersJSONCannotWriteBecomeNull() {
    #expect(JSONValue.array([.number(.nan), .number(.infinity)]).text() == "[null,null]")
  }

  @Test func floatsPrintTheirOwnDigits() {
    #expect(JSONValue(Float(0.1)).text() == "0.1")
  }

  @Test func everyScalarSurvivesAString() throws {
    var scalars = String.UnicodeScalarView()
    for code in UInt32(0)...0x2FFFF {
      if let scalar = Unicode.Scalar(code) { scalars.append(scalar) }
    }
    let text = String(scalars)
    let back = try JSONValue.parse(JSONValue.string(text).text()).string
    #expect(back?.utf8.elementsEqual(text.utf8) == true)
  }
}

@Suite struct ValueTests {
  @Test func accessorsGiveNilForOtherKinds() {
    let value: JSONValue = ["n": 3, "d": 3.5, "e": 4.0, "s": "x", "a": [1], "t": true, "z": .null]
    #expect(value["n"]?.int == 3 && value["n"]?.double == 3 && value["n"]?.string == nil)
    #expect(value["d"]?.int == nil && value["e"]?.int == 4)
    #expect(value["s"]?.string == "x" && value["a"]?[0] == 1 && value["a"]?[1] == nil && value["a"]?[-1] == nil)
    #expect(value["t"]?.bool == true && value["z"]?.isNull == true && value["missing"] == nil)
    #expect(JSONValue.number(1e300).int == nil && JSONValue.number(.nan).int == nil)
  }

  @Test func objectsSetReplaceAndRemove() {
    var object = JSONObject()
    for place in 0..<30 { object.set("k\(place)", JSONValue(place)) }
    object["k3"] = "three"
    object["k5"] = nil
    #expect(object.count == 29 && object["k3"] == "three" && object["k5"] == nil && object["k29"] == 29)
    #expect(object.keys[5] == "k6")
  }

  @Test func objectsAreEqualInWhateverOrder() {
    #expect(["a": 1, "b": 2] as JSONValue == ["b": 2, "a": 1])
    #expect(["a": 1, "b": 2] as JSONValue != ["b": 2, "a": 2])
    #expect(["a": 1] as JSONValue != ["a": 1, "b": 2])
  }
}
