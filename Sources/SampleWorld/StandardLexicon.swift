extension Lexicon {
  /// The words of the bundled corpus: more than 2,000 types, all built here.
  public static let standard = Lexicon(
    trades: standardTrades,
    things: [
      Things(
        suffixes: words("box jar bag pot bin tub tin cup can"),
        verbs: words("filled emptied sealed opened stacked packed locked shook shut tied taped piled")),
      Things(
        suffixes: words("blade saw pole rod fork rack hook pan pin"),
        verbs: words("cleaned oiled fixed tested wiped bent gripped honed swung broke mounted ruined")),
      Things(
        suffixes: words("cloth coat cap belt hat gown wrap band rug"),
        verbs: words("washed folded patched ironed mended lined wore cut tore trimmed rinsed pinned")),
    ],
    scenes: standardScenes,
    nameStems: standardNameStems,
    maleEndings: words("o en"),
    femaleEndings: words("a i"),
    towns: products(
      words(
        """
        Stone Ash North Red Elm Wolf Fair Oak Black High Long Rose Fox West Cold Deep Gold Hart South Fern East Wood Hay \
        Mill
        """), words("ford ton dale bury wick ham by field ley den")),
    openers: standardOpeners,
    adjectives: standardAdjectives,
    numbers: words(
      """
      two three four ten six five seven twelve eight nine twenty eleven thirty forty fifty sixty eighty ninety some many \
      few several
      """),
    determiners: words("the this that one another every"),
    adverbs: words(
      """
      slow quick glad kind sad proud brave calm bold warm quiet swift sweet soft eager loud rough neat cold plain gentle \
      keen secret grim free clear rude sharp strict fond stern vague firm brief odd mild deep frank wise blunt dear tight \
      loose fair tender bitter noisy rare exact bright dim hasty brisk cool shy late great harsh close fresh thick weak \
      stout sober crisp sly blind stiff lame angry lazy clumsy moody busy cozy merry
      """
    ).map(adverb),
    moods: words(
      """
      sang smiled slept laughed rested whistled sighed danced prayed wept yawned dreamed cried hummed waited spoke \
      nodded paused bowed sat stood blushed shivered grinned joked argued ate drank fought played worked left
      """),
    keeping: words("kept owned stored hid saved guarded made hoarded used bought held had"),
    giving: words(
      "sold gave sent lent showed offered brought promised passed handed rented carted owed shipped left mailed threw posted swapped loaned"
    ),
    taking: words(
      "bought took borrowed ordered received got won stole begged earned leased claimed seized bagged swiped wanted needed pulled"
    ),
    going: words(
      "walked hurried returned rode wandered went marched ran strolled raced limped drove crept skipped moved fled crawled sailed flew swam sped trudged jogged biked"
    ),
    happening: words(
      "waited appeared stood moved vanished gleamed shook rested fell rose turned swayed lay shone creaked lingered sank shrank froze spun leaned dozed bobbed flew"
    ))

  private static let standardTrades = [
    trade(
      "baker", "baked kneaded sifted toasted glazed buttered iced salted rolled sliced",
      "bread rye oat dough honey flour bun crust",
      "floury crusty sugary doughy yeasty buttery sticky toasty spicy nutty creamy crumbly", isFood: true),
    trade(
      "fisher", "hauled netted hooked trapped caught reeled speared gutted landed towed",
      "eel crab cod trout shell salmon kelp herring",
      "salty fishy watery slimy scaly briny foamy shelly oily silty misty drippy", isFood: true),
    trade(
      "smith", "hammered forged welded tempered filed cast bolted heated riveted smelted",
      "iron nail steel chain rivet bolt copper tin",
      "rusty sooty steely smoky fiery tinny molten sparky brassy coppery inky bladed", isFood: false),
    trade(
      "farmer", "planted watered raked reaped weeded sowed plowed mowed grew hoed",
      "wheat barley turnip hay corn bean seed straw",
      "muddy grassy leafy seedy dusty earthy weedy wormy rainy sunny thorny strawy", isFood: true),
    trade(
      "weaver", "stitched braided dyed carded hemmed wove spun sewed knitted looped",
      "wool loom thread yarn silk linen lace felt",
      "silky woolly fuzzy frilly fluffy lacy velvety knotty wispy patchy cottony striped", isFood: false),
    trade(
      "miner", "drilled blasted quarried crushed chiseled dug hacked hewed bored mined",
      "coal ore shaft quartz gravel slate tunnel gem",
      "stony sandy gritty rocky ashy chalky glassy murky flinty craggy pitted leaden", isFood: false),
  ]

  /// The adverb of an adjective: "gentle" makes "gently", "hasty" makes "hastily".
  private static func adverb(_ adjective: String) -> String {
    if adjective.hasSuffix("le") { return adjective.dropLast() + "y" }
    return adjective.hasSuffix("y") && adjective.count > 3 ? adjective.dropLast() + "ily" : adjective + "ly"
  }

  private static func trade(_ role: String, _ verbs: String, _ stems: String, _ looks: String, isFood: Bool) -> Trade {
    Trade(role: role, verbs: words(verbs), stems: words(stems), looks: words(looks), isFood: isFood)
  }

  private static let standardScenes = [
    scene("market", "stall trader coin cart buyer pigeon awning juggler porter basket"),
    scene("harbor", "mast sailor anchor sail rope dock lantern oar pelican captain"),
    scene("inn", "guest candle lute mug fiddler bench traveler stew curtain tankard"),
    scene("river", "heron reed ferry otter swan raft bridge frog duck ripple"),
    scene("forest", "deer oak fern owl hare pinecone thorn toadstool badger wren"),
    scene("hill", "boulder hawk cloud shrub lark ridge shadow lizard thistle falcon"),
  ]

  private static func scene(_ place: String, _ sights: String) -> Scene {
    Scene(place: place, sights: words(sights))
  }

  /// Pronounceable stems, onset × rime, dealt so that neighbors share neither.
  private static let standardNameStems: [String] = {
    let onsets = words("b br d dr f g gr h j k l m n p r s t tr v w")
    let rimes = words("el am or in an il os ev ar en im ul")
    return (0..<24).map { place in
      let stem = onsets[(place * 7) % 20] + rimes[(place * 5 + place / 60) % 12]
      return stem.prefix(1).uppercased() + stem.dropFirst()
    }
  }()

  private static let standardOpeners: [String] = {
    let hours = words("noon dawn dusk night lunch supper")
    let days = words("Monday Sunday Friday Saturday Tuesday Thursday Wednesday")
    let months = words("spring May winter June summer March autumn April July August")
    let single = words(
      "soon later then once today now again next often still first here there thus twice yet instead tonight perhaps")
    let lists = [
      single, hours.map { "at " + $0 }, months.map { "in " + $0 }, days.map { "on " + $0 },
      hours.map { "by " + $0 }, hours.map { "after " + $0 },
    ]
    return interleaved(lists)
  }()

  private static let standardAdjectives = words(
    """
    old new small big good long cheap strong heavy light round thin wide clean broad fine narrow tall smooth hollow \
    crooked spare fat flat dry wet warm soft hard rough torn used lost odd neat stout tiny huge large empty full sharp \
    dull stiff loose tight square ugly rare royal stolen cold hot damp raw ripe shiny bright dim cool bare best crude \
    deep fair famous first foul frail fresh grand great holy last lucky magic mean modest pretty plain poor proper \
    quaint rich rigid secret short silly simple slim solid sound steep strange sturdy thick vast weak whole worn young \
    able ancient ample awful blank bland blunt brave brisk brittle busy calm chief chilly clear close coarse common \
    costly cozy cute daily dear dense dirty double early eager exact extra faint fancy firm fit flashy fond formal free \
    gaudy gentle giant glad gloomy grim handy harsh honest idle ideal inner jolly keen kind known lame late lean \
    local lone loud lovely low main major mere mild minor moist naked nice noble normal novel obvious open outer \
    packed plump polite prime prized proud pure quick quiet rapid ready real rusted sacred safe scarce select \
    severe shabby sleek slick smart snug sober sour spoiled stale steady stern stray subtle super swift tame tender \
    tidy total tricky true unique upper urgent usual vague valid vivid waste weird wicked wild wise wrong
    """)

  /// Rank by rank over the lists, so that every list has common and rare members.
  private static func interleaved(_ lists: [[String]]) -> [String] {
    (0..<(lists.map(\.count).max() ?? 0)).flatMap { rank in lists.compactMap { rank < $0.count ? $0[rank] : nil } }
  }

  /// The words of a line.
  private static func words(_ line: String) -> [String] {
    line.split(separator: " ").map(String.init)
  }
}
